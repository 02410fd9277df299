// Coroutines that wait for the same thing, first come, first served. Only the first watches for it;
// the others sleep until they have moved up.
#pragma once

#include "ports/clock.hpp"

#include <list>
#include <memory>

namespace cvmbackup {

class Line {
public:
    explicit Line(Clock& clock)
        : clock_(clock) {}

    Line(const Line&) = delete;
    Line& operator=(const Line&) = delete;

    bool empty() const { return waiting_.empty(); }

    // The first looks again at what it waits for.
    void wake_first();

    // A place in the line, from construction to destruction.
    class Place {
    public:
        explicit Place(Line& line);
        Place(const Place&) = delete;
        Place& operator=(const Place&) = delete;
        ~Place();

        bool is_first() const { return line_.waiting_.front() == sleeper_.get(); }

        // Returns when it is worth looking again: the first was woken, or another became it.
        Task<void> wait();

        // For the first: a time that nothing shortens, whatever becomes of the wall clock.
        Task<void> pause(Duration time);

    private:
        Line& line_;
        std::unique_ptr<Sleeper> sleeper_;
        std::list<Sleeper*>::iterator position_;
    };

private:
    Clock& clock_;
    std::list<Sleeper*> waiting_;
};

}  // namespace cvmbackup
