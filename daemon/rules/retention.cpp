#include "rules/retention.hpp"

#include "rules/backup_machine.hpp"
#include "rules/zone.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <map>
#include <string>
#include <tuple>

namespace cvmbackup {

namespace {

// The copies of one instance in one place.
struct GroupKey {
    InstanceId instance;
    CopyKind kind = CopyKind::image;
    Region region;
    AccountName account;
    BucketName bucket;

    auto operator<=>(const GroupKey&) const = default;
};

struct Candidate {
    const Backup* backup = nullptr;
    const Copy* copy = nullptr;
    bool keep = false;
    std::string kept_by;      // the rules, separated by commas
    std::string not_kept_by;  // likewise, why each of them does not keep it
};

using Group = std::vector<Candidate>;  // newest first

bool newer(const Candidate& one, const Candidate& other) {
    return std::tuple(one.backup->due, one.backup->id, one.copy->id) >
           std::tuple(other.backup->due, other.backup->id, other.copy->id);
}

void add(std::string& list, const std::string& text) {
    list += (list.empty() ? "" : ", ") + text;
}

std::string count_text(const char* rule, int number, int limit) {
    return std::string(rule) + " " + std::to_string(number) + " of " + std::to_string(limit);
}

void keep_newest(Group& group, const char* rule, int limit) {
    int number = 0;
    for (Candidate& candidate : group) {
        if (number < limit) {
            ++number;
            add(candidate.kept_by, count_text(rule, number, limit));
        } else if (limit > 0) {
            add(candidate.not_kept_by, std::string(rule) + " " + std::to_string(limit) + " full");
        }
    }
}

struct PeriodRule {
    const char* name;  // "daily"
    const char* unit;  // "day"
    Every every;
    int limit;
};

void keep_periods(Group& group, const PeriodRule& rule, const ZoneName& zone) {
    if (rule.limit <= 0) {
        return;
    }
    int number = 0;
    std::string last_period;
    for (Candidate& candidate : group) {
        const std::string period = period_of(rule.every, candidate.backup->due, zone);
        if (period == last_period) {
            if (number < rule.limit && &candidate == &group.back()) {
                add(candidate.kept_by, std::string("oldest while ") + rule.name + " is not full");
            }
            add(candidate.not_kept_by, std::string("a newer one that ") + rule.unit);
        } else if (number < rule.limit) {
            ++number;
            add(candidate.kept_by, count_text(rule.name, number, rule.limit));
        } else {
            add(candidate.not_kept_by,
                std::string(rule.name) + " " + std::to_string(rule.limit) + " full");
        }
        last_period = period;
    }
}

void keep_within(Group& group, Duration within) {
    if (within <= Duration(0)) {
        return;
    }
    for (Candidate& candidate : group) {
        if (group.front().backup->due - candidate.backup->due <= within) {
            add(candidate.kept_by, "within " + to_text(within) + " of the newest");
        } else {
            add(candidate.not_kept_by, "older than within " + to_text(within));
        }
    }
}

bool has_rule(const Keep& keep) {
    return keep.last > 0 || keep.daily > 0 || keep.weekly > 0 || keep.monthly > 0 ||
           keep.yearly > 0 || keep.within > Duration(0);
}

void keep_all(Group& group, const char* reason) {
    for (Candidate& candidate : group) {
        candidate.kept_by = reason;
    }
}

// `group` holds nothing but good copies, none from the future.
void apply(const Keep& keep, const ZoneName& zone, Group& group) {
    const std::array<PeriodRule, 4> periods{{
        {"daily", "day", Every::day, keep.daily},
        {"weekly", "week", Every::week, keep.weekly},
        {"monthly", "month", Every::month, keep.monthly},
        {"yearly", "year", Every::year, keep.yearly},
    }};
    keep_newest(group, "last", keep.last);
    for (const PeriodRule& rule : periods) {
        keep_periods(group, rule, zone);
    }
    keep_within(group, keep.within);
    keep_newest(group, "min_good", std::max(keep.min_good, 1));
}

// Nothing if the policy does not name the place any more.
const Keep* keep_for(const Policy& policy, const GroupKey& key) {
    switch (key.kind) {
        case CopyKind::image:
            return key.account == policy.account && key.region == policy.region ? &policy.keep
                                                                                : nullptr;
        case CopyKind::replica: {
            const auto target =
                std::ranges::find(policy.replicas, key.region, &ReplicaTarget::region);
            return key.account == policy.account && target != policy.replicas.end() ? &target->keep
                                                                                    : nullptr;
        }
        case CopyKind::exported:
            return key.account == policy.account && policy.exported &&
                           policy.exported->bucket == key.bucket
                       ? &policy.exported->keep
                       : nullptr;
        case CopyKind::share:
            break;
    }
    return nullptr;
}

bool is_left_over(const Copy& copy) {
    return copy.state == CopyState::failed && (!copy.image.empty() || !copy.objects.empty());
}

// The comparison counts it once all its objects are there; until then nothing says that they are
// not.
bool may_be_complete(const Copy& copy) {
    return copy.kind == CopyKind::exported &&
           (copy.code == overdue_code || copy.code == too_small_code);
}

bool is_incomplete(const Copy& copy) {
    return copy.state == CopyState::done && !copy.code.empty();
}

// Fills in the verdict on every copy of the group.
void decide(const Policy& policy, const GroupKey& key, Instant now, Group& group) {
    std::ranges::sort(group, newer);
    const Keep* keep = keep_for(policy, key);
    const bool keeps_all = keep == nullptr || !has_rule(*keep);
    Group counted;
    for (Candidate& candidate : group) {
        if (candidate.backup->due > now) {
            candidate.kept_by = "dated in the future";
        } else if (is_left_over(*candidate.copy) && may_be_complete(*candidate.copy)) {
            candidate.kept_by = "given up, but perhaps complete: look at its objects";
        } else if (is_left_over(*candidate.copy)) {
            candidate.not_kept_by = "left over from a failed attempt";
        } else if (keeps_all || !is_incomplete(*candidate.copy)) {
            counted.push_back(candidate);
        } else if (counted.empty()) {
            candidate.kept_by = "incomplete, but nothing complete is newer";
        } else {
            candidate.not_kept_by = "incomplete, and a complete copy is newer";
        }
    }
    if (keep == nullptr) {
        keep_all(counted, "the policy no longer names this place");
    } else if (keeps_all) {
        keep_all(counted, "no keep rule");
    } else {
        apply(*keep, policy.zone, counted);
    }
    assert(
        (counted.empty() || !counted.front().kept_by.empty()) && "the newest good copy would go"
    );
    auto decided = counted.begin();
    for (Candidate& candidate : group) {
        if (decided != counted.end() && decided->copy == candidate.copy) {
            candidate = *decided++;
            candidate.not_kept_by = "no rule keeps it: " + candidate.not_kept_by;
        }
        const bool is_held = candidate.backup->pinned(now) && !is_left_over(*candidate.copy);
        if (is_held) {
            add(candidate.kept_by, "pinned: " + candidate.backup->pin_reason);
        }
        candidate.keep = !candidate.kept_by.empty();
    }
}

Decision decision_on(const Candidate& candidate) {
    return {
        .backup = candidate.backup->id,
        .copy = candidate.copy->id,
        .policy = candidate.backup->policy,
        .instance = candidate.backup->instance,
        .kind = candidate.copy->kind,
        .place = candidate.copy->place,
        .due = candidate.backup->due,
        .keep = candidate.keep,
        .reason = candidate.keep ? candidate.kept_by : candidate.not_kept_by,
    };
}

}  // namespace

Plan plan_retention(const Policy& policy, const std::vector<Backup>& points, Instant now) {
    std::map<GroupKey, Group> groups;
    for (const Backup& backup : points) {
        if (backup.policy != policy.name || backup.state != BackupState::finished) {
            continue;
        }
        for (const Copy& copy : backup.copies) {
            const bool decided = copy.state == CopyState::done || is_left_over(copy);
            if (!decided || copy.kind == CopyKind::share) {
                continue;
            }
            const GroupKey key{
                backup.instance, copy.kind, copy.place.region, copy.place.account, copy.bucket};
            groups[key].push_back({.backup = &backup, .copy = &copy});
        }
    }
    Plan plan;
    for (auto& [key, group] : groups) {
        decide(policy, key, now, group);
        for (const Candidate& candidate : group) {
            plan.decisions.push_back(decision_on(candidate));
        }
    }
    return plan;
}

}  // namespace cvmbackup
