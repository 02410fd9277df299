// How many exports may run at once in an account's region is published nowhere. It is learned when
// the cloud refuses one: as many as run then are the cap, for a while, as others export as well.
#pragma once

#include "model/time.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>

namespace cvmbackup {

constexpr Duration export_cap_valid = std::chrono::hours(1);

class ExportCap {
public:
    // The cloud refused one more while so many of ours ran. None: others take all the room, and
    // whether there is some again can only be asked.
    void refused(std::size_t running, Duration now) {
        if (running == 0) {
            cap_.reset();
        } else {
            cap_ = Cap{running, now};
        }
    }

    // The cloud took one; with it so many run.
    void taken(std::size_t running) {
        if (cap_) {
            cap_->exports = std::max(cap_->exports, running);
        }
    }

    // Whether to ask for one more while so many run or were asked for.
    bool has_room(std::size_t begun, Duration now) const {
        return !cap_ || begun < cap_->exports || now - cap_->learned >= export_cap_valid;
    }

private:
    struct Cap {
        std::size_t exports = 0;
        Duration learned{0};  // by the clock that never jumps
    };

    std::optional<Cap> cap_;
};

}  // namespace cvmbackup
