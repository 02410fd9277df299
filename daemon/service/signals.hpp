// SIGTERM and SIGINT ask for an orderly stop, SIGHUP for a reload; SIGPIPE is ignored for the whole
// process. The callbacks run on the loop, never inside a signal handler. Destroy it before the
// io_context.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/signal_set.hpp>

#include <functional>

namespace cvmbackup {

class Signals {
public:
    Signals(
        const boost::asio::any_io_executor& executor,
        std::function<void()> on_stop,
        std::function<void()> on_reload
    );

    void start();
    void stop();  // lets the loop end

private:
    void wait();

    boost::asio::signal_set set_;
    std::function<void()> on_stop_;
    std::function<void()> on_reload_;
};

}  // namespace cvmbackup
