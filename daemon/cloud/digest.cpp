#include "cloud/digest.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <array>
#include <stdexcept>

namespace cvmbackup {

namespace {

using Digest = std::array<unsigned char, EVP_MAX_MD_SIZE>;

std::string as_bytes(const Digest& digest, unsigned size) {
    std::string bytes(size, '\0');
    for (unsigned i = 0; i < size; ++i)
        bytes[i] = static_cast<char>(digest[i]);
    return bytes;
}

std::string hashed(const EVP_MD* kind, std::string_view text) {
    Digest digest{};
    unsigned size = 0;
    if (EVP_Digest(text.data(), text.size(), digest.data(), &size, kind, nullptr) != 1)
        throw std::runtime_error("OpenSSL cannot hash: its default provider is not available");
    return as_bytes(digest, size);
}

std::string hmac(const EVP_MD* kind, std::string_view key, std::string_view text) {
    Digest digest{};
    unsigned size = 0;
    const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
    const int key_size = static_cast<int>(key.size());
    if (HMAC(kind, key.data(), key_size, bytes, text.size(), digest.data(), &size) == nullptr)
        throw std::runtime_error("OpenSSL cannot sign: its default provider is not available");
    std::string result = as_bytes(digest, size);
    OPENSSL_cleanse(digest.data(), digest.size());
    return result;
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
    return to_hex(hashed(EVP_sha1(), text));
}

std::string sha256_hex(std::string_view text) {
    return to_hex(hashed(EVP_sha256(), text));
}

std::string hmac_sha1_hex(std::string_view key, std::string_view text) {
    return to_hex(hmac(EVP_sha1(), key, text));
}

std::string hmac_sha256(std::string_view key, std::string_view text) {
    return hmac(EVP_sha256(), key, text);
}

void wipe(std::string& text) {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace cvmbackup
