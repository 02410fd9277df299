#include "engine/crew.hpp"

#include "ports/catalog.hpp"

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

Task<std::optional<std::string>> trouble_of(Task<void> work) {
    std::optional<std::string> trouble;
    try {
        co_await std::move(work);
    } catch (const CatalogError&) {
        throw;
    } catch (const std::exception& error) {
        trouble = error.what();
    }
    co_return trouble;
}

}  // namespace cvmbackup
