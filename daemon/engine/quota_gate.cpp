#include "engine/quota_gate.hpp"

#include "rules/quota.hpp"

namespace cvmbackup {

namespace {

// How often those look that wait for a reading somebody else has begun.
constexpr Duration reading_poll = std::chrono::milliseconds(250);

// Others wait for its end, even if it ends with an exception.
class UnderWay {
public:
    explicit UnderWay(bool& flag)
        : flag_(flag) {
        flag_ = true;
    }

    UnderWay(const UnderWay&) = delete;
    UnderWay& operator=(const UnderWay&) = delete;

    ~UnderWay() { flag_ = false; }

private:
    bool& flag_;
};

}  // namespace

int QuotaGate::Reading::room() const {
    return quota ? quota_room(quota->limit, quota->used, begun) : 1;
}

bool QuotaGate::is_old(const Reading& reading) const {
    const bool seldom = reading.quota && reading.room() > 0;
    return !reading.at || clock_.steady_now() - *reading.at > (seldom ? quota_valid : quota_pause);
}

Task<void> QuotaGate::read(Place place) {
    Reading& reading = readings_[place];
    if (reading.under_way) {
        while (reading.under_way) {
            co_await clock_.sleep_for(reading_poll);
        }
        co_return;
    }
    const UnderWay under_way(reading.under_way);
    const int begun_before = reading.begun;
    const Outcome<ImageQuota> quota = co_await cloud_.image_quota(place);
    reading.at = clock_.steady_now();
    reading.quota.reset();
    if (!quota) {
        co_return;
    }
    reading.quota = *quota;
    reading.begun -= begun_before;
    observer_.observe(QuotaSeen{place, quota->limit, quota->used});
}

Task<std::optional<ImageQuota>> QuotaGate::look(Place place) {
    Reading& reading = readings_[place];
    if (is_old(reading)) {
        co_await read(place);
    }
    co_return reading.quota;
}

Task<std::optional<std::string>> QuotaGate::take(Place place) {
    Reading& reading = readings_[place];
    if (is_old(reading)) {
        co_await read(place);
    }
    std::optional<std::string> why;
    if (reading.room() > 0) {
        reading.begun += 1;
        co_return why;
    }
    why = "the image quota of " + place.region.text() + " (account " + place.account.text() +
          ") has no room: " + std::to_string(reading.quota->limit) + " images are allowed, " +
          std::to_string(quota_reserve(reading.quota->limit)) +
          " of them are left free; raise the quota, delete images or keep fewer";
    co_return why;
}

}  // namespace cvmbackup
