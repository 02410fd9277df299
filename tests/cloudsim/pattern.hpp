// The bytes of objects that nobody keeps, such as exported images: one block of chance bytes, drawn
// by a seed and repeated to the object's length. So any range of 500 GiB is told at once, and so is
// the CRC of the whole.
#pragma once

#include <cstdint>
#include <string>

namespace cloudsim {

struct PatternSlice {
    std::uint64_t seed = 0;
    std::uint64_t offset = 0;
    std::uint64_t length = 0;
};

std::string pattern_bytes(const PatternSlice& slice);
// Of the object's first `length` bytes.
std::uint64_t pattern_crc64(std::uint64_t seed, std::uint64_t length);

}  // namespace cloudsim
