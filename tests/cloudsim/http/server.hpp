// The port in front of a simulated cloud: HTTP/1.1 with keep-alive on one thread. It turns bytes
// into requests and answers into bytes, lets their fate happen, and writes the requests log; it
// decides nothing.
#pragma once

#include "../cloud.hpp"
#include "options.hpp"

#include <ostream>

namespace cloudsim {

// Serves until SIGTERM or SIGINT. ready is told the line that says where.
void serve(Cloud& cloud, const ScaledClock& clock, const Options& options, std::ostream& ready);

}  // namespace cloudsim
