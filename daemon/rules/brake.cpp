#include "rules/brake.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <map>
#include <set>

namespace cvmbackup {

namespace {

struct Counts {
    std::size_t there = 0;    // complete and incomplete copies
    std::size_t expired = 0;  // of these
};

Counts count(const std::vector<Decision>& decisions, const std::vector<Backup>& points) {
    std::set<CopyId> expired;
    for (const Decision& decision : decisions) {
        if (!decision.keep) {
            expired.insert(decision.copy);
        }
    }
    Counts counts;
    for (const Backup& backup : points) {
        for (const Copy& copy : backup.copies) {
            if (copy.state == CopyState::done) {
                counts.there += 1;
                counts.expired += expired.contains(copy.id) ? 1 : 0;
            }
        }
    }
    return counts;
}

// FNV-1a over the ids of what would go, over what stops it and what consent would count for, 64
// bits: names a plan, protects from nobody.
std::string name_of(const PolicyPlan& plan, const std::vector<Decision>& decisions) {
    std::uint64_t hash = 0xcbf29ce484222325U;
    const auto mix = [&hash](std::int64_t number) {
        auto id = static_cast<std::uint64_t>(number);
        for (int byte = 0; byte < 8; ++byte) {
            hash = (hash ^ (id & 0xffU)) * 0x100000001b3U;
            id >>= 8U;
        }
    };
    for (const Decision& decision : decisions) {
        if (!decision.keep) {
            mix(decision.copy.value());
        }
    }
    for (const BrakeStop& stop : plan.stops) {
        mix(-1 - static_cast<std::int64_t>(stop.reason));
    }
    if (plan.agrees_to != BackupId()) {
        mix(plan.agrees_to.value());
    }
    std::array<char, 17> digits{};
    std::snprintf(digits.data(), digits.size(), "%016llx", static_cast<unsigned long long>(hash));
    return plan.policy.text() + "@" + digits.data();
}

// What came since the last pass, and what was to go then and is still there, may go besides.
std::optional<BrakeStop> stop_many(const Counts& counts, std::optional<std::size_t> kept_before) {
    const std::size_t before = std::min(kept_before.value_or(counts.there), counts.there);
    const std::size_t usual = std::max(deletions_always_allowed, before / 5);
    const std::size_t more = counts.there - before;
    if (counts.expired <= usual + more) {
        return std::nullopt;
    }
    const std::string last =
        more == 0 ? "" : ", after " + std::to_string(before) + " were kept last time";
    return BrakeStop{
        BrakeReason::many,
        std::to_string(counts.expired) + " of " + std::to_string(counts.there) +
            " copies would be deleted at once" + last + "; at most " +
            std::to_string(usual + more) + " go without a person's consent"};
}

std::optional<BrakeStop> stop_stale(
    const Policy& policy, const std::vector<Backup>& points, const BrakeInput& input
) {
    if (!policy.rpo && !input.expected_interval) {
        return std::nullopt;
    }
    const Duration patience = std::max(
        policy.rpo.value_or(Duration(0)), 3 * input.expected_interval.value_or(Duration(0))
    );
    const std::optional<Instant> newest = newest_good(points, input.now);
    if (newest && input.now - *newest <= patience) {
        return std::nullopt;
    }
    return BrakeStop{
        BrakeReason::stale,
        newest ? "the newest good copy is of " + to_rfc3339(*newest) + ", more than " +
                     to_text(patience) + " old"
               : "there is no good copy"};
}

std::string size_of(Duration by) {
    return to_text(Duration(std::chrono::floor<std::chrono::seconds>(std::chrono::abs(by))));
}

std::optional<BrakeStop> stop_clock(const BrakeInput& input) {
    if (std::chrono::abs(input.cloud_ahead) > clock_error_allowed) {
        const bool behind = input.cloud_ahead > Duration(0);
        return BrakeStop{
            BrakeReason::clock,
            "this machine's clock is " + size_of(input.cloud_ahead) +
                (behind ? " behind" : " ahead of") +
                " the cloud's; set it right (timedatectl set-ntp true)"};
    }
    if (input.last_pass && input.now < *input.last_pass) {
        return BrakeStop{
            BrakeReason::clock,
            "the clock stands before the last pass of retention, " + to_rfc3339(*input.last_pass)};
    }
    if (std::chrono::abs(input.clock_step) <= clock_error_allowed) {
        return std::nullopt;
    }
    const bool ahead = input.clock_step > Duration(0);
    return BrakeStop{
        BrakeReason::clock,
        "the clock was set " + std::string(ahead ? "ahead" : "back") + " by " +
            size_of(input.clock_step)};
}

// Made by a call that this catalog knows nothing of, for a backup that it does know.
bool is_found_alone(const Backup& backup, const Copy& copy) {
    return !backup.adopted && copy.state == CopyState::done && !copy.intended_at;
}

// What came later, be it in the place of the same copy, was not agreed to.
bool is_agreed_to(const Copy& copy, const BrakeInput& input) {
    const auto agreed = input.agreed_copies.find(copy.id);
    return agreed != input.agreed_copies.end() && copy.settled_at <= agreed->second;
}

// Consent to a backup that was found counts for all that were, so that a rebuilt catalog asks once
// and not every night. A copy found beside one of ours is rare: consent is for that copy.
void stop_adopted(
    PolicyPlan& plan,
    const std::vector<Decision>& decisions,
    const std::vector<Backup>& points,
    const BrakeInput& input
) {
    std::set<BackupId> backups;
    std::set<CopyId> found;
    std::set<CopyId> found_alone;
    for (const Backup& backup : points) {
        const bool unknown = backup.adopted && backup.id > input.agreed_to;
        for (const Copy& copy : backup.copies) {
            if (unknown) {
                backups.insert(backup.id);
                found.insert(copy.id);
            } else if (is_found_alone(backup, copy) && !is_agreed_to(copy, input)) {
                found_alone.insert(copy.id);
            }
        }
    }
    const auto expired_of = [&](const std::set<CopyId>& copies) {
        return std::ranges::count_if(decisions, [&](const Decision& decision) {
            return !decision.keep && copies.contains(decision.copy);
        });
    };
    const auto expired = expired_of(found);
    const auto expired_alone = expired_of(found_alone);
    if (expired + expired_alone == 0) {
        return;
    }
    std::string text = "of the copies that would be deleted " +
                       std::to_string(expired + expired_alone) +
                       " were found in the cloud, not made with this catalog: a person, or another "
                       "installation with a policy of this name, may own them";
    if (expired > 0) {
        plan.agrees_to = *backups.rbegin();
        text += "; consent counts for what was found so far, of " + std::to_string(backups.size()) +
                " backups";
    }
    plan.stops.push_back(BrakeStop{BrakeReason::adopted, std::move(text)});
}

void add_stops(
    PolicyPlan& plan,
    const Policy& policy,
    const std::vector<Decision>& decisions,
    const std::vector<Backup>& points,
    const Counts& counts,
    const BrakeInput& input
) {
    for (std::optional<BrakeStop> stop :
         {stop_many(counts, input.kept_before),
          stop_stale(policy, points, input),
          stop_clock(input)}) {
        if (stop) {
            plan.stops.push_back(*std::move(stop));
        }
    }
    if (!input.disagreement.empty()) {
        plan.stops.push_back({BrakeReason::disagreement, input.disagreement});
    }
    stop_adopted(plan, decisions, points, input);
}

}  // namespace

std::optional<Instant> newest_good(const std::vector<Backup>& points, Instant now) {
    std::optional<Instant> newest;
    for (const Backup& backup : points) {
        const bool is_good = backup.due <= now + clock_error_allowed &&
                             std::ranges::any_of(backup.copies, [](const Copy& copy) {
                                 return copy.state == CopyState::done && copy.code.empty();
                             });
        if (is_good) {
            newest = std::max(newest.value_or(backup.due), backup.due);
        }
    }
    return newest;
}

PolicyPlan judge_plan(
    const Policy& policy,
    const std::vector<Decision>& decisions,
    const std::vector<Backup>& points,
    const BrakeInput& input
) {
    PolicyPlan plan;
    plan.policy = policy.name;
    plan.expired = static_cast<std::size_t>(std::ranges::count(decisions, false, &Decision::keep));
    const Counts counts = count(decisions, points);
    plan.kept = counts.there - counts.expired;
    if (plan.expired > 0) {
        add_stops(plan, policy, decisions, points, counts, input);
    }
    plan.id = name_of(plan, decisions);
    return plan;
}

}  // namespace cvmbackup
