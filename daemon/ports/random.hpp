// Chance, seeded once per process (or per simulated world).
#pragma once

#include <cstdint>

namespace cvmbackup {

class Random {
public:
    virtual ~Random() = default;
    virtual std::uint64_t next() = 0;
};

}  // namespace cvmbackup
