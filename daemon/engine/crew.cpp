#include "engine/crew.hpp"

#include <boost/asio/co_spawn.hpp>

#include <exception>

namespace cvmbackup {

void begin_task(boost::asio::any_io_executor executor, Task<void> task) {
    boost::asio::co_spawn(executor, std::move(task), [](std::exception_ptr error) {
        if (error) {
            std::rethrow_exception(error);
        }
    });
}

}  // namespace cvmbackup
