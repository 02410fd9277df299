// Chance, seeded from the kernel once per process. Not for secrets.
#pragma once

#include "ports/random.hpp"

#include <random>

namespace cvmbackup {

class RealRandom : public Random {
public:
    RealRandom();  // throws std::system_error if the kernel gives no seed

    std::uint64_t next() override { return engine_(); }

private:
    std::mt19937_64 engine_;
};

}  // namespace cvmbackup
