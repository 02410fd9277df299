// Hashes the cloud's protocols are made of, on OpenSSL. Written for the simulator alone: the
// daemon's signer is judged by this file and must not share a line with it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cloudsim {

std::string to_hex(std::string_view bytes);

std::string sha256_hex(std::string_view data);
std::string sha1_hex(std::string_view data);
std::string md5_hex(std::string_view data);
std::string md5(std::string_view data);  // raw bytes
// Raw bytes.
std::string hmac_sha256(std::string_view key, std::string_view data);
std::string hmac_sha1(std::string_view key, std::string_view data);

// CRC-64 of ECMA-182 in the reflected form that x-cos-hash-crc64ecma carries.
std::uint64_t crc64_ecma(std::string_view data);

struct Crc64 {
    std::uint64_t value = 0;
    std::uint64_t length = 0;  // of the bytes it is the CRC of
};

// Of the bytes of `first` followed by those of `second`, without either's bytes.
Crc64 joined(const Crc64& first, const Crc64& second);

// Takes the same time whatever differs.
bool equal_secrets(std::string_view left, std::string_view right);

}  // namespace cloudsim
