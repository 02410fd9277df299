#include "service/signals.hpp"

#include <csignal>

namespace cvmbackup {

Signals::Signals(
    const boost::asio::any_io_executor& executor,
    std::function<void()> on_stop,
    std::function<void()> on_reload
)
    : set_(executor)
    , on_stop_(std::move(on_stop))
    , on_reload_(std::move(on_reload)) {}

void Signals::start() {
    std::signal(SIGPIPE, SIG_IGN);
    set_.add(SIGTERM);
    set_.add(SIGINT);
    set_.add(SIGHUP);
    wait();
}

void Signals::stop() {
    set_.clear();
    set_.cancel();
}

void Signals::wait() {
    set_.async_wait([this](const boost::system::error_code& error, int number) {
        if (error) {
            return;
        }
        wait();
        if (number == SIGHUP) {
            on_reload_();
        } else {
            on_stop_();
        }
    });
}

}  // namespace cvmbackup
