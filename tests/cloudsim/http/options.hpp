// The command line of cvmcloudsim (interfaces.md, "The simulated cloud").
#pragma once

#include "../instants.hpp"

#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace cloudsim {

// Simulated time = from + (real time - at) * speed.
struct ScaledClock {
    Instant from;
    Instant at;
    double speed = 1.0;

    Instant simulated(Instant real) const;
    // How long a simulated duration lasts in real time.
    std::chrono::nanoseconds real_length(Duration simulated_length) const;
};

struct Options {
    std::string world;
    std::string address = "127.0.0.1";
    unsigned short port = 0;
    double speed = 1.0;
    std::optional<ScaledClock> clock;
    std::uint64_t seed = 1;
    std::string faults;
    std::string requests_log;
    bool wants_help = false;
    bool wants_version = false;
};

class UsageError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

Options parse_options(const std::vector<std::string>& arguments);
// "from=2027-01-04T00:00:00Z at=UNIXTIME speed=1440"
ScaledClock parse_clock(const std::string& text);

extern const char* const help_text;

}  // namespace cloudsim
