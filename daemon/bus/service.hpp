// The daemon on the message bus: org.cvmbackup1 as org.cvmbackup1.xml describes it. It talks to
// Commands only, learns of changes as an Observer, and runs on the executor's one thread: no call
// of it blocks on the bus once it is open. Times on the bus are microseconds since the epoch, UTC.
#pragma once

#include "engine/commands.hpp"
#include "ports/observer.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <memory>
#include <string>

namespace cvmbackup {

class BusService : public Observer {
public:
    // `bus`: "system", "session" or a D-Bus address such as "unix:path=/run/x". When this returns,
    // the name is ours. Fails if the bus cannot be reached ("BusUnreachable"), refuses us the name
    // ("BusRefused"), or another daemon has it ("AlreadyRunning"). `log` gets a Notice for every
    // bug a caller stumbled upon. `commands` and `log` must outlive the service.
    static Outcome<std::unique_ptr<BusService>> open(
        boost::asio::any_io_executor executor, std::string bus, Commands& commands, Observer& log
    );

    ~BusService() override;

    // Publishes policies and jobs and begins to serve. `on_lost` is called at most once, with what
    // happened, when the bus goes away: nothing can be commanded any more, so end the process.
    void start(std::function<void(std::string)> on_lost);

    // Gives the name back and serves no more. Safe to call twice.
    void stop();

    // Facts that change what the bus shows. Never calls back into the engine: it looks later.
    void observe(const Fact& fact) override;

    // After a reload: policies came, went or changed.
    void policies_changed();

private:
    class Impl;
    explicit BusService(std::shared_ptr<Impl> impl);
    std::shared_ptr<Impl> impl_;
};

}  // namespace cvmbackup
