#include "stage.hpp"

#include "catalog/catalog.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

namespace {

using namespace std::chrono;

// What time alone decides is judged so often; each event is judged when it comes.
constexpr Duration round_of_checks = minutes(30);

}  // namespace

Stage::Stage(Scenario scenario)
    : scenario_(std::move(scenario))
    , cloud_(scenario_.world, scenario_.options.seed, scenario_.faults)
    , real_catalog_(open_catalog(":memory:"))
    , catalog_(*real_catalog_)
    , trace_(scenario_.options.trace)
    , copies_(cloud_, *real_catalog_, pins_, marks_)
    , firings_(marks_)
    , instances_(cloud_.state().instances)
    , now_(scenario_.begin)
    , begins_at_(scenario_.begin)
    , let_go_at_(scenario_.begin) {
    set_simulated_key();
    if (std::ranges::count(scenario_.acts, ActKind::catalog_copied, &Act::kind) > 0) {
        to_be_copied_ = open_catalog(":memory:");
    }
    catalog_.before = [this](const Changes& changes) { before_commit(changes); };
    catalog_.planning = [this](const PolicyName& policy) {
        brake_.planning(policy, wrong_);
        copies_.planning(policy, wall());
    };
    catalog_.after = [this](const Changes& changes) { after_commit(changes); };
}

Instant Stage::wall() const {
    return life_ ? life_->clock.now() : now_ + wrong_;
}

void Stage::note(const std::string& event) {
    trace_.note(life_ ? life_->clock.true_now() : now_, event);
}

Verdict Stage::play() {
    Verdict verdict;
    try {
        for (const Act& next : scenario_.acts) {
            live_until(next.at);
            act(next);
        }
        live_until(scenario_.end);
        heal();
        loads_.check_share();
    } catch (const Broken& broken) {
        verdict.broken = broken;
        note("BROKEN promise " + std::to_string(broken.promise) + ": " + broken.text);
    }
    verdict.moment = life_ ? life_->clock.true_now() : now_;
    verdict.played = verdict.moment - scenario_.begin;
    life_.reset();
    verdict.figures = figures_;
    verdict.figures.retries = loads_.retries();
    verdict.digest = trace_.digest();
    verdict.marks = marks_.counts();
    return verdict;
}

// Up to `end` of true time, with what was put off to a later time.
void Stage::live_until(Instant end) {
    while (now_ < end) {
        Instant next = std::min(end, now_ + round_of_checks);
        if (!later_.empty()) {
            next = std::max(now_, std::min(next, later_.begin()->first));
        }
        look_at(next);
        while (!later_.empty() && later_.begin()->first <= now_) {
            const auto due = later_.extract(later_.begin());
            due.mapped()();
        }
    }
}

void Stage::look_at(Instant end) {
    while (now_ < end) {
        if (!life_ && begins_at_ >= end) {
            now_ = end;
            return;
        }
        try {
            if (!life_) {
                now_ = std::max(now_, begins_at_);
                begin_life();
            }
            life_->clock.run_for(end - life_->clock.true_now());
            now_ = end;
            if (now_ - let_go_at_ >= days(2)) {
                let_go_at_ = now_;
                let_deletions_go();
            }
        } catch (const Crash&) {
            crashed();
        }
    }
    firings_.check(wall());
    firings_.check_ends(now_, *real_catalog_);
    const bool quiet = now_ - last_request_ > minutes(30);
    const bool was_judged = rest_judged_at_ > last_request_ && now_ - rest_judged_at_ < hours(6);
    if (quiet && !was_judged && real_catalog_->unfinished_runs().empty()) {
        rest_judged_at_ = now_;
        copies_.check_rest();
    }
}

// The configuration as it lies on the disk now.
void Stage::take_edition() {
    const auto edition = std::ranges::find_if(
        scenario_.editions.rbegin(),
        scenario_.editions.rend(),
        [this](const Edition& each) { return each.from <= now_; }
    );
    in_force_ = edition->policies;
    policies_.clear();
    for (const DrawnPolicy& drawn : in_force_) {
        policies_.push_back(drawn.policy);
    }
    std::ranges::sort(policies_, {}, &Policy::name);
    copies_.new_policies();
    firings_.check(wall());
    firings_.in_force(in_force_, wall());
    instances_.in_force(in_force_);
}

void Stage::begin_life() {
    note("the daemon begins");
    figures_.lives += 1;
    firings_.life_began(wall());
    take_edition();
    const Birth birth{now_, wrong_, scenario_.options.seed + figures_.lives};
    Observer& observer = *this;
    life_ = std::make_unique<Incarnation>(birth, cloud_, catalog_, observer, [this] {
        Settings settings = scenario_.settings;
        settings.policies = policies_;
        return settings;
    });
    hook_up();
    life_->engine->begin();
}

void Stage::end_life() {
    if (life_) {
        now_ = life_->clock.true_now();
        life_.reset();
    }
    firings_.life_ended(wall());
}

void Stage::crashed() {
    const Kill kill = *kill_;
    kill_.reset();
    figures_.kills += 1;
    end_life();
    note("the daemon is killed; begins again in " + to_text(kill.down));
    begins_at_ = now_ + kill.down;
    if (kill.again) {
        kill_ = Kill{kill.where, kill.countdown % 5, false, false, seconds(5)};
    }
}

void Stage::boundary(Boundary where) {
    const bool told = where == Boundary::after_request ? changed_ : intended_;
    if (!kill_ || kill_->where != where || (kill_->telling && !told)) {
        return;
    }
    if (kill_->countdown > 0) {
        kill_->countdown -= 1;
        return;
    }
    switch (where) {
        case Boundary::before_request:
            marks_.hit("crash before a request");
            break;
        case Boundary::after_request:
            marks_.hit("crash after a request");
            if (changed_) {
                marks_.hit("crash between call and result");
            }
            break;
        case Boundary::before_commit:
            marks_.hit("crash before a commit");
            break;
        case Boundary::after_commit:
            marks_.hit("crash after a commit");
            if (intended_) {
                marks_.hit("crash between intent and call");
            }
            break;
        case Boundary::at_await:
            marks_.hit("crash at an await");
            break;
    }
    if (!life_ || life_->clock.steady_now() < seconds(5)) {
        marks_.hit("crash while starting");
    }
    throw Crash();
}

}  // namespace cvmbackup::simulation
