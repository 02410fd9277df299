// Starts a coroutine that nobody waits for. An exception in it is a bug or a broken environment:
// it leaves io_context::run() and ends the process, for systemd to start it again.
#pragma once

#include "ports/clock.hpp"

#include <boost/asio/any_io_executor.hpp>

namespace cvmbackup {

void begin_task(boost::asio::any_io_executor executor, Task<void> task);

}  // namespace cvmbackup
