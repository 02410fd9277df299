// Starts a coroutine that nobody waits for. An exception in it is a bug or a broken environment:
// it leaves io_context::run() and ends the process, for systemd to start it again.
#pragma once

#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <optional>
#include <string>

namespace cvmbackup {

void begin_task(boost::asio::any_io_executor executor, Task<void> task);

// For work on one thing, whose bug must not end the others': does it, and tells what it threw. What
// says that the catalog cannot be trusted passes.
Task<std::optional<std::string>> trouble_of(Task<void> work);

}  // namespace cvmbackup
