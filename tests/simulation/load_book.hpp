// Keeps score of promise 6 while there are faults: no call that changes the cloud comes back and
// back until the retries are the load. Throws Broken.
#pragma once

#include "model/time.hpp"

#include <cstddef>
#include <map>
#include <string>
#include <vector>

namespace cvmbackup::simulation {

class LoadBook {
public:
    // The pauses between tries grow to ten minutes: some seventeen calls in the first hour. The
    // hour is up to ten minutes longer, as old calls are swept out that often.
    static constexpr std::size_t most_in_an_hour = 60;

    // A request for work, or for a deletion; the same has the same body.
    void arriving(const std::string& action, const std::string& body, Instant now);

private:
    void forget_before(Instant begin);

    std::map<std::string, std::vector<Instant>> calls_;
    Instant swept_{};
};

}  // namespace cvmbackup::simulation
