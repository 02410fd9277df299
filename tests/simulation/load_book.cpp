#include "load_book.hpp"

#include "record.hpp"

namespace cvmbackup::simulation {

void LoadBook::arriving(const std::string& action, const std::string& body, Instant now) {
    forget_before(now - std::chrono::hours(1));
    std::vector<Instant>& calls = calls_[action + " " + body];
    calls.push_back(now);
    if (calls.size() > most_in_an_hour) {
        throw Broken{
            6,
            action + " was asked for " + std::to_string(calls.size()) +
                " times within an hour: " + body};
    }
}

void LoadBook::forget_before(Instant begin) {
    if (begin < swept_) {
        return;
    }
    for (auto& [call, times] : calls_) {
        std::erase_if(times, [begin](Instant at) { return at < begin; });
    }
    std::erase_if(calls_, [](const auto& call) { return call.second.empty(); });
    swept_ = begin + std::chrono::minutes(10);
}

}  // namespace cvmbackup::simulation
