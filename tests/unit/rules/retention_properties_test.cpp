// What holds for every set of backups and every Keep, over seeded random cases; and a second, naive
// writing of restic's rule family that must agree.
#include "retention_support.hpp"
#include "rules/zone.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace cvmbackup {

namespace {

using std::chrono::hours;

constexpr unsigned cases = 1500;

class Chance {
public:
    explicit Chance(unsigned seed)
        : generator_(seed) {}

    int below(int bound) { return static_cast<int>(generator_() % static_cast<unsigned>(bound)); }

    bool one_in(int bound) { return below(bound) == 0; }

    template <class Value>
    void shuffle(std::vector<Value>& values) {
        std::ranges::shuffle(values, generator_);
    }

private:
    std::mt19937 generator_;
};

Keep random_keep(Chance& chance) {
    const auto count = [&chance] { return chance.one_in(2) ? 0 : chance.below(6); };
    Keep keep{.last = count(), .daily = count(), .weekly = count(), .monthly = count()};
    keep.yearly = count();
    keep.within = hours(chance.one_in(2) ? 0 : chance.below(200));
    keep.min_good = chance.below(4);
    return keep;
}

CopyState random_state(Chance& chance) {
    constexpr CopyState others[] = {
        CopyState::planned,
        CopyState::intended,
        CopyState::accepted,
        CopyState::failed,
        CopyState::deleting,
        CopyState::deleted,
        CopyState::cancelled,
        CopyState::skipped,
    };
    return chance.one_in(4) ? others[chance.below(8)] : CopyState::done;
}

std::vector<Backup> random_points(Chance& chance) {
    std::vector<Backup> list;
    const int size = chance.below(40);
    const int span = chance.one_in(2) ? 24 * 30 : 24 * 900;
    for (int i = 0; i < size; ++i) {
        const Instant due = retention_now + hours(48) - hours(chance.below(span));
        Backup backup = point(i + 1, due, chance.one_in(3) ? "ins-2" : "ins-1");
        backup.state = chance.one_in(20) ? BackupState::running : BackupState::finished;
        backup.copies.push_back(replica_copy(100 + i));
        backup.copies.push_back(export_copy(200 + i));
        for (Copy& copy : backup.copies) {
            copy.state = random_state(chance);
            if (chance.one_in(6)) {
                make_incomplete(copy);
            }
        }
        list.push_back(std::move(backup));
    }
    return list;
}

Policy random_policy(Chance& chance) {
    Policy policy = keeping(random_keep(chance), chance.one_in(2) ? "Asia/Shanghai" : "UTC");
    policy.replicas = {{shanghai_region, random_keep(chance)}};
    policy.exported = ExportTarget{.bucket = bucket, .prefix = {}, .keep = random_keep(chance)};
    return policy;
}

struct Case {
    Policy policy;
    std::vector<Backup> points;
};

Case random_case(unsigned seed) {
    Chance chance(seed);
    Policy policy = random_policy(chance);
    return {std::move(policy), random_points(chance)};
}

std::set<std::int64_t> kept_set(const Plan& plan) {
    const auto list = kept(plan);
    return {list.begin(), list.end()};
}

TEST(RetentionProperty, DoesNotDependOnTheOrderOfItsInput) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        auto [policy, list] = random_case(seed);
        const Plan plan = plan_retention(policy, list, retention_now);

        Chance(seed).shuffle(list);

        ASSERT_EQ(plan_retention(policy, list, retention_now), plan) << "seed " << seed;
    }
}

TEST(RetentionProperty, AppliedTwiceChangesNothing) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        auto [policy, list] = random_case(seed);
        const auto once = kept_set(plan_retention(policy, list, retention_now));
        for (Backup& backup : list) {
            for (Copy& copy : backup.copies) {
                const bool expired =
                    copy.state == CopyState::done && !once.contains(copy.id.value());
                const bool finished = backup.state == BackupState::finished;
                copy.state = expired && finished ? CopyState::deleted : copy.state;
            }
        }

        ASSERT_EQ(kept_set(plan_retention(policy, list, retention_now)), once) << "seed " << seed;
    }
}

TEST(RetentionProperty, KeepsMoreNeverLessWithAGreaterCount) {
    constexpr int Keep::*counts[] = {
        &Keep::last, &Keep::daily, &Keep::weekly, &Keep::monthly, &Keep::yearly, &Keep::min_good};
    for (unsigned seed = 0; seed < cases; ++seed) {
        auto [policy, list] = random_case(seed);
        policy.keep.last = std::max(policy.keep.last, 1);  // no rule at all keeps everything
        const auto before = kept_set(plan_retention(policy, list, retention_now));

        for (const auto count : counts) {
            Policy wider = policy;
            wider.keep.*count += 1 + static_cast<int>(seed % 3);
            const auto after = kept_set(plan_retention(wider, list, retention_now));
            ASSERT_TRUE(std::ranges::includes(after, before)) << "seed " << seed;
        }
        policy.keep.within += hours(30);
        const auto after = kept_set(plan_retention(policy, list, retention_now));
        ASSERT_TRUE(std::ranges::includes(after, before)) << "seed " << seed;
    }
}

bool is_incomplete(const Copy& copy) {
    return copy.state == CopyState::done && !copy.code.empty();
}

std::set<CopyId> incomplete_in(const std::vector<Backup>& list) {
    std::set<CopyId> copies;
    for (const Backup& backup : list) {
        for (const Copy& copy : backup.copies) {
            if (is_incomplete(copy)) {
                copies.insert(copy.id);
            }
        }
    }
    return copies;
}

int min_good_of(const Policy& policy, CopyKind kind) {
    const Keep& keep = kind == CopyKind::image     ? policy.keep
                       : kind == CopyKind::replica ? policy.replicas.at(0).keep
                                                   : policy.exported->keep;
    return std::max(keep.min_good, 1);
}

// The plan is sorted newest first within a place; the future is no part of what is counted.
TEST(RetentionProperty, NeverLetsTheNewestGoodCopiesGo) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        const auto [policy, list] = random_case(seed);
        const std::set<CopyId> incomplete = incomplete_in(list);
        std::map<std::pair<InstanceId, CopyKind>, int> good_before;

        for (const Decision& decision : plan_retention(policy, list, retention_now).decisions) {
            const bool left_over = decision.reason == "left over from a failed attempt";
            if (decision.due > retention_now) {
                ASSERT_TRUE(decision.keep) << "seed " << seed;
            } else if (!left_over && !incomplete.contains(decision.copy)) {
                const int before = good_before[{decision.instance, decision.kind}]++;
                ASSERT_TRUE(decision.keep || before >= min_good_of(policy, decision.kind))
                    << "seed " << seed;
            }
        }
    }
}

// So no good copy, be it newer or older, goes because of an incomplete one, nor stays.
TEST(RetentionProperty, DecidesOnGoodCopiesAsIfThereWereNoIncompleteOnes) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        auto [policy, list] = random_case(seed);
        const std::set<CopyId> incomplete = incomplete_in(list);
        Plan plan = plan_retention(policy, list, retention_now);
        std::erase_if(plan.decisions, [&incomplete](const Decision& decision) {
            return incomplete.contains(decision.copy);
        });

        for (Backup& backup : list) {
            std::erase_if(backup.copies, is_incomplete);
        }

        ASSERT_EQ(plan_retention(policy, list, retention_now), plan) << "seed " << seed;
    }
}

TEST(RetentionProperty, LetsAnIncompleteCopyGoExactlyWhenAGoodOneIsNewer) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        auto [policy, list] = random_case(seed);
        for (Keep* keep : {&policy.keep, &policy.replicas.at(0).keep, &policy.exported->keep}) {
            keep->last = std::max(keep->last, 1);  // no rule at all keeps everything
        }
        const std::set<CopyId> incomplete = incomplete_in(list);
        std::set<std::pair<InstanceId, CopyKind>> good_before;

        for (const Decision& decision : plan_retention(policy, list, retention_now).decisions) {
            const std::pair group(decision.instance, decision.kind);
            const bool counts = decision.due <= retention_now &&
                                decision.reason != "left over from a failed attempt";
            if (incomplete.contains(decision.copy)) {
                ASSERT_EQ(decision.keep, !counts || !good_before.contains(group))
                    << "seed " << seed;
            } else if (counts) {
                good_before.insert(group);
            }
        }
    }
}

TEST(RetentionProperty, DecidesOnDoneCopiesAndLeftoversOnlyAndOnAllOfThem) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        const auto [policy, list] = random_case(seed);
        std::set<std::int64_t> decided;
        std::set<std::int64_t> wanted;
        for (const Decision& decision : plan_retention(policy, list, retention_now).decisions) {
            ASSERT_TRUE(decided.insert(decision.copy.value()).second) << "seed " << seed;
            ASSERT_FALSE(decision.reason.empty()) << "seed " << seed;
        }

        for (const Backup& backup : list) {
            for (const Copy& copy : backup.copies) {
                const bool settled =
                    copy.state == CopyState::done || copy.state == CopyState::failed;
                if (settled && backup.state == BackupState::finished) {
                    wanted.insert(copy.id.value());
                }
            }
        }
        ASSERT_EQ(decided, wanted) << "seed " << seed;
    }
}

// restic's `forget` written down anew: newest first, one pass, every rule with the number of
// copies it may still keep and the last period it saw.
std::set<std::int64_t> by_restic(const Keep& keep, const ZoneName& zone, std::vector<Backup> list) {
    struct Bucket {
        int left;
        Every every;
        std::string last;
    };

    std::ranges::sort(list, [](const Backup& one, const Backup& other) {
        return std::pair(one.due, one.id) > std::pair(other.due, other.id);
    });
    std::vector<Bucket> buckets{
        {keep.last, Every::backup, {}},
        {keep.daily, Every::day, {}},
        {keep.weekly, Every::week, {}},
        {keep.monthly, Every::month, {}},
        {keep.yearly, Every::year, {}},
    };
    std::set<std::int64_t> chosen;
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto id = list[i].copies.at(0).id.value();
        for (Bucket& each : buckets) {
            const std::string period = each.every == Every::backup
                                           ? std::to_string(i)
                                           : period_of(each.every, list[i].due, zone);
            if (each.left > 0 && (period != each.last || i + 1 == list.size())) {
                each.last = period;
                --each.left;
                chosen.insert(id);
            }
        }
        if (keep.within > Duration(0) && list[i].due >= list[0].due - keep.within) {
            chosen.insert(id);
        }
        if (static_cast<int>(i) < keep.min_good) {
            chosen.insert(id);
        }
    }
    return chosen;
}

TEST(RetentionProperty, KeepsWhatResticWouldKeep) {
    for (unsigned seed = 0; seed < cases; ++seed) {
        Chance chance(seed);
        Policy policy = random_policy(chance);
        policy.keep.last += policy.keep.within == Duration(0) ? 1 : 0;
        std::vector<Backup> list;
        for (const Backup& backup : random_points(chance)) {
            if (backup.due <= retention_now) {
                list.push_back(point(backup.id.value(), backup.due));
            }
        }

        ASSERT_EQ(
            kept_set(plan_retention(policy, list, retention_now)),
            by_restic(policy.keep, policy.zone, list)
        ) << "seed "
          << seed;
    }
}

}  // namespace

}  // namespace cvmbackup
