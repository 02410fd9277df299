// The hashes that the signatures of API 3.0 and COS are made of; thin names for OpenSSL's.
#pragma once

#include <string>
#include <string_view>

namespace cvmbackup {

std::string sha1_hex(std::string_view text);
std::string sha256_hex(std::string_view text);
std::string hmac_sha1_hex(std::string_view key, std::string_view text);
std::string hmac_sha256(std::string_view key, std::string_view text);  // 32 raw bytes
std::string to_hex(std::string_view bytes);

// Overwrites the text in a way the compiler does not remove, then empties it.
void wipe(std::string& text);

}  // namespace cvmbackup
