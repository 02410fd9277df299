#include "digests.hpp"

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include <algorithm>
#include <array>
#include <memory>
#include <stdexcept>

namespace cloudsim {
namespace {

struct Freed {
    void operator()(EVP_MD* hash) const { EVP_MD_free(hash); }

    void operator()(EVP_MAC_CTX* context) const { EVP_MAC_CTX_free(context); }
};

using Hash = std::unique_ptr<EVP_MD, Freed>;
using Mac = std::unique_ptr<EVP_MAC_CTX, Freed>;

// Fetched once by those who keep it: looking an algorithm up takes longer than a digest.
Hash hash_named(const char* name) {
    return Hash(EVP_MD_fetch(nullptr, name, nullptr));
}

Mac hmac_by(const char* name) {
    EVP_MAC* algorithm = EVP_MAC_fetch(nullptr, "HMAC", nullptr);
    Mac context(EVP_MAC_CTX_new(algorithm));
    EVP_MAC_free(algorithm);
    std::string hash(name);
    const std::array<OSSL_PARAM, 2> parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, hash.data(), hash.size()),
        OSSL_PARAM_construct_end()};
    if (!context || EVP_MAC_CTX_set_params(context.get(), parameters.data()) != 1) {
        throw std::runtime_error("OpenSSL has no HMAC");
    }
    return context;
}

std::string digest(const Hash& hash, std::string_view data) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    unsigned int length = 0;
    if (EVP_Digest(data.data(), data.size(), out.data(), &length, hash.get(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL cannot compute a digest");
    }
    return {out.begin(), out.begin() + length};
}

std::string hmac(const Mac& keyless, std::string_view key, std::string_view data) {
    const Mac context(EVP_MAC_CTX_dup(keyless.get()));
    std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
    std::size_t length = 0;
    const auto bytes = [](std::string_view text) {
        return reinterpret_cast<const unsigned char*>(text.data());
    };
    if (!context || EVP_MAC_init(context.get(), bytes(key), key.size(), nullptr) != 1 ||
        EVP_MAC_update(context.get(), bytes(data), data.size()) != 1 ||
        EVP_MAC_final(context.get(), out.data(), &length, out.size()) != 1) {
        throw std::runtime_error("OpenSSL cannot compute an HMAC");
    }
    return {out.begin(), out.begin() + static_cast<std::ptrdiff_t>(length)};
}

const Hash& sha1() {
    static const Hash hash = hash_named("SHA1");
    return hash;
}

const Hash& sha256() {
    static const Hash hash = hash_named("SHA256");
    return hash;
}

const Hash& md5_hash() {
    static const Hash hash = hash_named("MD5");
    return hash;
}

constexpr std::uint64_t polynomial = 0xC96C5795D7870F42;

// A linear map of 64 bits: what each bit of a CRC becomes.
using BitMap = std::array<std::uint64_t, 64>;

std::uint64_t apply(const BitMap& map, std::uint64_t bits) {
    std::uint64_t result = 0;
    for (std::size_t i = 0; bits != 0; ++i, bits >>= 1U) {
        if ((bits & 1U) != 0) {
            result ^= map[i];
        }
    }
    return result;
}

BitMap twice(const BitMap& map) {
    BitMap result{};
    std::ranges::transform(map, result.begin(), [&map](std::uint64_t column) {
        return apply(map, column);
    });
    return result;
}

// The n-th tells what 2^n zero bytes behind the data do to its CRC.
std::array<BitMap, 64> zero_bytes() {
    BitMap one_bit{};
    one_bit[0] = polynomial;
    for (std::size_t i = 1; i < one_bit.size(); ++i) {
        one_bit[i] = std::uint64_t{1} << (i - 1);
    }
    std::array<BitMap, 64> maps{twice(twice(twice(one_bit)))};
    for (std::size_t i = 1; i < maps.size(); ++i) {
        maps[i] = twice(maps[i - 1]);
    }
    return maps;
}

constexpr std::array<std::uint64_t, 256> crc64_table() {
    std::array<std::uint64_t, 256> table{};
    for (std::uint64_t byte = 0; byte < table.size(); ++byte) {
        std::uint64_t value = byte;
        for (int bit = 0; bit < 8; ++bit) {
            value = (value & 1U) != 0 ? (value >> 1U) ^ polynomial : value >> 1U;
        }
        table[byte] = value;
    }
    return table;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string result;
    result.reserve(bytes.size() * 2);
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        result += digits[byte >> 4U];
        result += digits[byte & 15U];
    }
    return result;
}

std::string sha256_hex(std::string_view data) {
    return to_hex(digest(sha256(), data));
}

std::string sha1_hex(std::string_view data) {
    return to_hex(digest(sha1(), data));
}

std::string md5(std::string_view data) {
    return digest(md5_hash(), data);
}

std::string md5_hex(std::string_view data) {
    return to_hex(digest(md5_hash(), data));
}

std::string hmac_sha256(std::string_view key, std::string_view data) {
    static const Mac keyless = hmac_by("SHA256");
    return hmac(keyless, key, data);
}

std::string hmac_sha1(std::string_view key, std::string_view data) {
    static const Mac keyless = hmac_by("SHA1");
    return hmac(keyless, key, data);
}

std::uint64_t crc64_ecma(std::string_view data) {
    static constexpr auto table = crc64_table();
    std::uint64_t crc = ~std::uint64_t{0};
    for (const char c : data) {
        crc = table[(crc ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (crc >> 8U);
    }
    return ~crc;
}

Crc64 joined(const Crc64& first, const Crc64& second) {
    static const std::array<BitMap, 64> zeros = zero_bytes();
    std::uint64_t value = first.value;
    for (std::size_t i = 0; i < zeros.size(); ++i) {
        if ((second.length >> i & 1U) != 0) {
            value = apply(zeros[i], value);
        }
    }
    return {value ^ second.value, first.length + second.length};
}

bool equal_secrets(std::string_view left, std::string_view right) {
    return left.size() == right.size() &&
           CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

}  // namespace cloudsim
