#include "retention_oracle.hpp"

#include "timetable.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

struct Point {
    Instant due{};
    BackupId backup;
    CopyId copy;
};

using Where = std::tuple<InstanceId, CopyKind, Region, BucketName>;

const Keep* keep_of(const Policy& policy, const Where& where) {
    const auto& [instance, kind, region, bucket] = where;
    if (kind == CopyKind::image) {
        return region == policy.region ? &policy.keep : nullptr;
    }
    if (kind == CopyKind::exported) {
        return policy.exported && policy.exported->bucket == bucket ? &policy.exported->keep
                                                                    : nullptr;
    }
    for (const ReplicaTarget& target : policy.replicas) {
        if (target.region == region) {
            return &target.keep;
        }
    }
    return nullptr;
}

bool rules_nothing(const Keep& keep) {
    return keep.last + keep.daily + keep.weekly + keep.monthly + keep.yearly == 0 &&
           keep.within == Duration(0);
}

// A number that two instants share exactly if they lie in the same period.
using Period = sys_days (*)(sys_days);

sys_days day_of(sys_days date) {
    return date;
}

sys_days week_of(sys_days date) {
    return date - days(static_cast<int>(weekday(date).iso_encoding()) - 1);
}

sys_days month_of(sys_days date) {
    const year_month_day civil{date};
    return sys_days(civil.year() / civil.month() / 1);
}

sys_days year_of(sys_days date) {
    return sys_days(year_month_day{date}.year() / January / 1);
}

// `points` newest first.
std::set<CopyId> by_period(
    const std::vector<Point>& points, int count, Period period, const std::string& zone
) {
    std::set<CopyId> kept;
    std::map<sys_days, CopyId> newest_of;
    for (const Point& point : points) {
        newest_of.emplace(period(local_clock(zone, point.due).date), point.copy);
    }
    int left = count;
    for (auto each = newest_of.rbegin(); each != newest_of.rend() && left > 0; ++each, --left) {
        kept.insert(each->second);
    }
    if (count > 0 && static_cast<int>(newest_of.size()) < count && !points.empty()) {
        kept.insert(points.back().copy);
    }
    return kept;
}

void keep_by_rules(
    const Keep& keep, const std::string& zone, const std::vector<Point>& points, Retained& retained
) {
    std::set<CopyId> kept;
    for (std::size_t i = 0; i < points.size(); ++i) {
        const bool is_last = i < static_cast<std::size_t>(keep.last);
        const bool is_within =
            keep.within > Duration(0) && points.front().due - points[i].due <= keep.within;
        if (is_last || is_within) {
            kept.insert(points[i].copy);
        }
    }
    kept.merge(by_period(points, keep.daily, day_of, zone));
    kept.merge(by_period(points, keep.weekly, week_of, zone));
    kept.merge(by_period(points, keep.monthly, month_of, zone));
    kept.merge(by_period(points, keep.yearly, year_of, zone));
    const auto least = static_cast<std::size_t>(std::max(1, keep.min_good));
    for (std::size_t i = 0; i < points.size() && i < least; ++i) {
        if (kept.insert(points[i].copy).second) {
            retained.only_by_min_good.insert(points[i].copy);
        }
    }
    retained.kept.merge(kept);
}

struct Place {
    std::vector<Point> good;
    std::vector<Point> incomplete;
    std::vector<Point> future;
};

}  // namespace

Retained retained(
    const Policy& policy,
    const std::vector<Backup>& points,
    const std::set<BackupId>& pinned,
    Instant now
) {
    std::map<Where, Place> places;
    for (const Backup& backup : points) {
        for (const Copy& copy : backup.copies) {
            if (copy.state != CopyState::done) {
                continue;
            }
            Place& place =
                places[Where(backup.instance, copy.kind, copy.place.region, copy.bucket)];
            const Point point{backup.due, backup.id, copy.id};
            (backup.due > now    ? place.future
             : copy.code.empty() ? place.good
                                 : place.incomplete)
                .push_back(point);
        }
    }
    Retained result;
    for (auto& [where, place] : places) {
        const Keep* keep = keep_of(policy, where);
        std::ranges::sort(place.good, [](const Point& one, const Point& other) {
            return std::tuple(one.due, one.backup, one.copy) >
                   std::tuple(other.due, other.backup, other.copy);
        });
        for (const Point& each : place.future) {
            result.kept.insert(each.copy);
        }
        const bool keeps_all = keep == nullptr || rules_nothing(*keep);
        for (const Point& each : place.incomplete) {
            if (keeps_all || place.good.empty() || place.good.front().due < each.due) {
                result.kept.insert(each.copy);
            }
        }
        if (keeps_all) {
            for (const Point& each : place.good) {
                result.kept.insert(each.copy);
            }
        } else {
            keep_by_rules(*keep, policy.zone.text(), place.good, result);
        }
    }
    for (const Backup& backup : points) {
        for (const Copy& copy : backup.copies) {
            const bool is_held = copy.state == CopyState::done && pinned.contains(backup.id);
            if (is_held && result.kept.insert(copy.id).second) {
                result.only_by_pin.insert(copy.id);
            }
        }
    }
    return result;
}

}  // namespace cvmbackup::simulation
