// The catalog is lost, or an older copy of it is put back.
#include "catalog/catalog.hpp"
#include "stage.hpp"

#include <algorithm>

namespace cvmbackup::simulation {

// What only the catalog knew is forgotten: by the daemon, and so by the books.
void Stage::lose_catalog(const Act& act) {
    note("the catalog is lost");
    marks_.hit("catalog lost");
    take_catalog_away(act);
    if (to_be_copied_) {
        to_be_copied_ = open_catalog(":memory:");
    }
    use_catalog(open_catalog(":memory:"), nullptr);
}

void Stage::copy_catalog() {
    note("somebody copies the catalog");
    old_copy_ = std::make_unique<OldCopy>(OldCopy{
        std::move(to_be_copied_), copies_, firings_, instances_, brake_, pins_});
}

// What was written since the copy was made is forgotten.
void Stage::put_catalog_back(const Act& act) {
    note("an older catalog is put back");
    marks_.hit("older catalog put back");
    take_catalog_away(act);
    use_catalog(std::move(old_copy_->catalog), old_copy_.get());
    old_copy_.reset();
}

void Stage::take_catalog_away(const Act& act) {
    if (life_) {
        figures_.kills += 1;
        end_life();
        begins_at_ = now_ + act.lasts;
    }
    kill_.reset();
    let_cloud_go_on();
}

void Stage::use_catalog(std::unique_ptr<Catalog> other, const OldCopy* then) {
    firings_.catalog_lost(copies_.made_for(), then == nullptr ? nullptr : &then->firings);
    instances_.catalog_lost(then == nullptr ? nullptr : &then->instances);
    loads_.catalog_lost();
    real_catalog_ = std::move(other);
    catalog_.use(*real_catalog_);
    std::set<std::string> regions;
    for (const Policy& policy : policies_) {
        regions.insert(policy.region.text());
        for (const ReplicaTarget& target : policy.replicas) {
            regions.insert(target.region.text());
        }
    }
    for (const Place& place : real_catalog_->places()) {
        regions.insert(place.region.text());
    }
    copies_.catalog_lost(*real_catalog_, regions, then == nullptr ? nullptr : &then->copies);
    brake_ = then == nullptr ? BrakeBook() : then->brake;
    pins_ = then == nullptr ? PinBook() : then->pins;
    under_way_.clear();
    lost_at_ = now_;
}

}  // namespace cvmbackup::simulation
