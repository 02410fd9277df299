#include "pattern.hpp"

#include "chance.hpp"
#include "digests.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

constexpr std::size_t block_size = 4096;

std::string block_of(std::uint64_t seed) {
    Chance chance{seed, 0};
    std::string block;
    block.reserve(block_size);
    while (block.size() < block_size) {
        std::uint64_t word = chance.next();
        for (int i = 0; i < 8; ++i) {
            block += static_cast<char>(word & 0xFFU);
            word >>= 8U;
        }
    }
    return block;
}

}  // namespace

std::string pattern_bytes(const PatternSlice& slice) {
    const std::string block = block_of(slice.seed);
    std::string bytes;
    bytes.reserve(slice.length);
    std::size_t at = slice.offset % block_size;
    while (bytes.size() < slice.length) {
        const std::size_t wanted = slice.length - bytes.size();
        bytes.append(block, at, std::min(wanted, block_size - at));
        at = 0;
    }
    return bytes;
}

std::uint64_t pattern_crc64(std::uint64_t seed, std::uint64_t length) {
    const std::string block = block_of(seed);
    Crc64 power{crc64_ecma(block), block_size};
    Crc64 whole;
    for (std::uint64_t blocks = length / block_size; blocks != 0; blocks >>= 1U) {
        if ((blocks & 1U) != 0) {
            whole = joined(whole, power);
        }
        power = joined(power, power);
    }
    const std::string rest = block.substr(0, length % block_size);
    return joined(whole, {crc64_ecma(rest), rest.size()}).value;
}

}  // namespace cloudsim
