#include "cloud/digest.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <array>
#include <memory>
#include <stdexcept>

namespace cvmbackup {

namespace {

struct Freed {
    void operator()(EVP_MD* hash) const { EVP_MD_free(hash); }

    void operator()(EVP_MAC* mac) const { EVP_MAC_free(mac); }

    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

// A hash and the beginning of every HMAC by it. OpenSSL's one-shot calls look both up by name each
// time, which takes longer than the work.
class Algorithm {
public:
    explicit Algorithm(const char* name)
        : hash_(EVP_MD_fetch(nullptr, name, nullptr)) {
        const std::unique_ptr<EVP_MAC, Freed> mac(EVP_MAC_fetch(nullptr, "HMAC", nullptr));
        std::string digest(name);
        const std::array<OSSL_PARAM, 2> which{
            OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
            OSSL_PARAM_construct_end()};
        keyless_.reset(mac ? EVP_MAC_CTX_new(mac.get()) : nullptr);
        if (!hash_ || !keyless_ || EVP_MAC_CTX_set_params(keyless_.get(), which.data()) != 1)
            throw std::runtime_error("OpenSSL cannot hash: its default provider is not available");
    }

    std::string hashed(std::string_view text) const {
        std::string bytes(static_cast<std::size_t>(EVP_MD_get_size(hash_.get())), '\0');
        auto* out = reinterpret_cast<unsigned char*>(bytes.data());
        if (EVP_Digest(text.data(), text.size(), out, nullptr, hash_.get(), nullptr) != 1)
            throw std::runtime_error("OpenSSL cannot hash");
        return bytes;
    }

    // Works on a copy, which is wiped with the key in it.
    std::string hmac(std::string_view key, std::string_view text) const {
        const std::unique_ptr<EVP_MAC_CTX, Freed> context(EVP_MAC_CTX_dup(keyless_.get()));
        std::string bytes(static_cast<std::size_t>(EVP_MD_get_size(hash_.get())), '\0');
        std::size_t size = 0;
        auto* out = reinterpret_cast<unsigned char*>(bytes.data());
        const auto* key_bytes = reinterpret_cast<const unsigned char*>(key.data());
        const auto* data = reinterpret_cast<const unsigned char*>(text.data());
        if (!context || EVP_MAC_init(context.get(), key_bytes, key.size(), nullptr) != 1 ||
            EVP_MAC_update(context.get(), data, text.size()) != 1 ||
            EVP_MAC_final(context.get(), out, &size, bytes.size()) != 1)
            throw std::runtime_error("OpenSSL cannot sign");
        return bytes;
    }

private:
    std::unique_ptr<EVP_MD, Freed> hash_;
    std::unique_ptr<EVP_MAC_CTX, Freed> keyless_;
};

const Algorithm& sha1() {
    static const Algorithm algorithm("SHA1");
    return algorithm;
}

const Algorithm& sha256() {
    static const Algorithm algorithm("SHA256");
    return algorithm;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string hex;
    hex.reserve(bytes.size() * 2);
    for (const char byte : bytes) {
        const auto value = static_cast<unsigned char>(byte);
        hex += digits[value >> 4U];
        hex += digits[value & 15U];
    }
    return hex;
}

std::string sha1_hex(std::string_view text) {
    return to_hex(sha1().hashed(text));
}

std::string sha256_hex(std::string_view text) {
    return to_hex(sha256().hashed(text));
}

std::string hmac_sha1_hex(std::string_view key, std::string_view text) {
    return to_hex(sha1().hmac(key, text));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    return sha256().hmac(key, text);
}

void wipe(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace cvmbackup
