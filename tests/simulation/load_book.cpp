#include "load_book.hpp"

#include "record.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

// What is looked at regularly is looked at every 30 s at most, whatever the last answer was.
constexpr Duration sooner_than_regular = std::chrono::seconds(29);

}  // namespace

void LoadBook::arriving(const std::string& request, bool is_change, Instant now) {
    requests_ += 1;
    last_ = std::hash<std::string>()(request);
    last_is_change_ = is_change;
    if (is_change) {
        retries_ += changes_.insert(last_).second ? 0 : 1;
        return;
    }
    const auto failed = failed_reads_.find(last_);
    if (failed != failed_reads_.end()) {
        retries_ += now - failed->second <= sooner_than_regular ? 1 : 0;
        failed_reads_.erase(failed);
    }
}

void LoadBook::failed(Instant now) {
    if (!last_is_change_) {
        failed_reads_[last_] = now;
    }
}

void LoadBook::counted(const std::string& request, Instant now) {
    forget_before(now - std::chrono::hours(1));
    std::vector<Instant>& calls = calls_[request];
    calls.push_back(now);
    if (calls.size() > most_in_an_hour) {
        throw Broken{
            6,
            "this was asked for " + std::to_string(calls.size()) +
                " times within an hour: " + request};
    }
}

void LoadBook::committed(const Changes& changes, std::size_t limit) {
    for (const Backup& backup : changes.backups) {
        const bool is_at_work = std::ranges::any_of(backup.copies, [](const Copy& copy) {
            return copy.state == CopyState::intended || copy.state == CopyState::accepted;
        });
        if (is_at_work && backup.state != BackupState::finished) {
            at_work_[backup.place].insert(backup.id);
        } else {
            at_work_[backup.place].erase(backup.id);
        }
    }
    for (const auto& [place, backups] : at_work_) {
        if (limit > 0 && backups.size() > limit) {
            throw Broken{
                6,
                std::to_string(backups.size()) + " backups are under way in " +
                    place.region.text() + ", and " + std::to_string(limit) + " are allowed"};
        }
    }
}

void LoadBook::check_share() const {
    if (requests_ > some_requests && retries_ * fewest_to_a_retry > requests_) {
        throw Broken{
            6,
            std::to_string(retries_) + " of " + std::to_string(requests_) +
                " requests are retries"};
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
