// Keeps one action at one access endpoint within its published rate, R a second counted on arrival.
//
// A request's arrival lies somewhere between its sending and its answer. So each of R slots is
// taken from before the sending until one second after the answer: however the network delays or
// bunches requests, no second of the cloud's sees more than R. The price is the answer's latency.
// After a start all slots are held for a second, because of what a previous process may have sent.
//
// A refusal for the rate (others may use the account, too) halves the slots and pauses; they come
// back one by one.
#pragma once

#include "cloud/line.hpp"
#include "ports/clock.hpp"

#include <cstddef>
#include <deque>
#include <optional>

namespace cvmbackup {

class Limiter {
public:
    // Nothing passes before `opens` (of Clock::steady_now).
    Limiter(Clock& clock, std::size_t rate, Duration opens);

    // A slot, held while a request is under way. It must not outlive the limiter.
    class Slot {
    public:
        explicit Slot(Limiter& limiter)
            : limiter_(limiter) {}

        Slot(const Slot&) = delete;
        Slot& operator=(const Slot&) = delete;
        ~Slot();

        // Waits for a slot, or takes the one a turn() has reserved. How long that took.
        Task<Duration> take();
        void answered(bool refused_for_rate);

    private:
        Limiter& limiter_;
        bool taken_ = false;
    };

    // Waits for a slot and reserves it for a call that follows soon.
    Task<void> turn();

private:
    struct Reservation {
        Duration made;
        Duration waited;
    };

    Task<Duration> enter();
    void tidy(Duration now);
    bool has_room(Duration now);
    std::optional<Duration> next_chance(Duration now) const;
    void give_back();
    void slow_down(Duration now);
    void speed_up(Duration now);

    Clock& clock_;
    Line line_;
    const std::size_t rate_;
    std::size_t slots_;
    std::size_t under_way_ = 0;
    std::deque<Reservation> reserved_;
    std::deque<Duration> cooling_;  // when each becomes free
    Duration closed_until_;
    Duration pause_;
    Duration changed_ = -std::chrono::hours(1);  // when `slots_` changed last
};

}  // namespace cvmbackup
