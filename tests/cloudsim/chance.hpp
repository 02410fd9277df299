// Chance that is the same on every machine: the standard library's distributions are not. Each
// purpose has its own stream, so that reading more often does not change how long a copy takes.
#pragma once

#include "instants.hpp"

#include <cstdint>
#include <string>

namespace cloudsim {

class Chance {
public:
    Chance(std::uint64_t seed, std::uint64_t stream)
        : state_{seed * 0x9E3779B97F4A7C15U + stream} {}

    // splitmix64
    std::uint64_t next() {
        state_ += 0x9E3779B97F4A7C15U;
        std::uint64_t z = state_;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

    std::uint64_t below(std::uint64_t bound) { return next() % bound; }

    // In [0, 1).
    double fraction() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }

    Duration within(const DurationRange& range) {
        const auto span = static_cast<std::uint64_t>((range.longest - range.shortest).count());
        const auto extra = below(span + 1);
        return range.shortest + Duration{static_cast<std::int64_t>(extra)};
    }

    // Eight of [0-9a-z], the shape of the cloud's resource ids.
    std::string word(std::size_t length = 8) {
        constexpr char letters[] = "0123456789abcdefghijklmnopqrstuvwxyz";
        std::string result;
        for (std::size_t i = 0; i < length; ++i) {
            result += letters[below(36)];
        }
        return result;
    }

    std::string uuid() {
        constexpr char digits[] = "0123456789abcdef";
        std::string result;
        for (int i = 0; i < 36; ++i) {
            const bool is_dash = i == 8 || i == 13 || i == 18 || i == 23;
            result += is_dash ? '-' : digits[below(16)];
        }
        return result;
    }

private:
    std::uint64_t state_;
};

}  // namespace cloudsim
