// One life of the daemon: everything but sockets, bus and real time, on one thread, in virtual
// time, against the in-process simulated cloud. Destroying it is a crash: every suspended frame
// dies; the next life goes on from the catalog and the cloud as they are.
#pragma once

#include "cloud/tencent_cloud.hpp"
#include "cloudsim/cloud.hpp"
#include "engine/engine.hpp"
#include "support/simulated_transport.hpp"
#include "support/virtual_clock.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace cvmbackup {

class SeededRandom final : public Random {
public:
    explicit SeededRandom(std::uint64_t seed = 1)
        : state_(seed) {}

    std::uint64_t next() override {
        state_ += 0x9e3779b97f4a7c15U;
        return state_ ^ (state_ >> 31U);
    }

private:
    std::uint64_t state_;
};

// Where a life begins: the true time, how far the wall clock is ahead of it, and its chance.
struct Birth {
    Instant now{};
    Duration wrong{0};
    std::uint64_t seed = 1;
};

// The members die in reverse order, after the frames.
struct Incarnation {
    std::unique_ptr<boost::asio::io_context> io = std::make_unique<boost::asio::io_context>();
    VirtualClock clock;
    SeededRandom random;
    SimulatedTransport transport;
    std::unique_ptr<CloudClient> client;
    std::unique_ptr<Engine> engine;

    // `settings` is asked for now and at every reload.
    Incarnation(
        const Birth& birth,
        cloudsim::Cloud& cloud,
        Catalog& catalog,
        Observer& observer,
        std::function<Settings()> settings
    );
    ~Incarnation();
    Incarnation(const Incarnation&) = delete;
    Incarnation& operator=(const Incarnation&) = delete;
};

// Puts the key that simulated accounts accept where CredentialSource::environment looks for it.
void set_simulated_key();

}  // namespace cvmbackup
