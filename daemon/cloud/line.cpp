#include "cloud/line.hpp"

namespace cvmbackup {

void Line::wake_first() {
    if (!waiting_.empty())
        waiting_.front()->wake();
}

Line::Place::Place(Line& line)
    : line_(line)
    , sleeper_(line.clock_.sleeper())
    , position_(line.waiting_.insert(line.waiting_.end(), sleeper_.get())) {}

Line::Place::~Place() {
    line_.waiting_.erase(position_);
    line_.wake_first();
}

Task<void> Line::Place::wait() {
    co_await sleeper_->sleep_until(Instant::max());
}

Task<void> Line::Place::pause(Duration time) {
    co_await line_.clock_.sleep_for(time);
}

}  // namespace cvmbackup
