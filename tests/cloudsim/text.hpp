// Small text helpers of the simulated cloud: case, trimming, percent-encoding as COS signs it,
// XML escapes, and splitting a request target.
#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cloudsim {

bool equal_without_case(std::string_view left, std::string_view right);
std::string to_lower(std::string_view text);
std::string_view trim(std::string_view text);
std::vector<std::string> split(std::string_view text, char separator);
bool contains(std::string_view text, std::string_view part);

// Code points of UTF-8 text, the unit of the cloud's length limits.
std::size_t count_characters(std::string_view text);

// Everything but A-Z a-z 0-9 - _ . ~ becomes %XX in upper case.
std::string percent_encode(std::string_view text);
// Bad escapes stay as they are; '+' is not a space.
std::string percent_decode(std::string_view text);
std::string xml_escape(std::string_view text);

struct Target {
    std::string path;                          // decoded
    std::map<std::string, std::string> query;  // names and values decoded, names as sent
};

Target parse_target(std::string_view target);

// "ins-", "img-", "disk-", "snap-" followed by eight of [0-9a-z].
bool is_well_formed_id(std::string_view id, std::string_view prefix);

}  // namespace cloudsim
