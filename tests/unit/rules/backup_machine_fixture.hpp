// Drives rules/backup_machine by hand: events in, the backup's value and the actions out.
#pragma once

#include "rules/backup_machine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cvmbackup::machine_test {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

inline const Instant start = *parse_rfc3339("2027-01-04T02:15:00Z");
inline const CopyId image_copy(1);
inline const CopyId shanghai_copy(2);
inline const CopyId beijing_copy(3);
inline const CopyId export_copy(4);
inline const std::string web_prefix = "web/ins-00000001/20270104T021500Z";

inline Copy copy_of(CopyId id, CopyKind kind, const char* region) {
    Copy copy;
    copy.id = id;
    copy.kind = kind;
    copy.place = Place{AccountName("prod"), Region(region)};
    copy.name = kind == CopyKind::exported ? web_prefix : "cb-web-ins-00000001-20270104T021500Z-1";
    return copy;
}

inline Backup planned_backup() {
    Backup backup;
    backup.id = BackupId(7);
    backup.policy = PolicyName("web");
    backup.instance = InstanceId("ins-00000001");
    backup.place = Place{AccountName("prod"), Region("ap-guangzhou")};
    backup.due = start;
    backup.start_at = start;
    backup.copies = {
        copy_of(image_copy, CopyKind::image, "ap-guangzhou"),
        copy_of(shanghai_copy, CopyKind::replica, "ap-shanghai"),
        copy_of(beijing_copy, CopyKind::replica, "ap-beijing"),
        copy_of(export_copy, CopyKind::exported, "ap-guangzhou")};
    return backup;
}

inline Image normal(const char* id) {
    Image image;
    image.id = ImageId(id);
    image.state = ImageState::normal;
    image.state_word = "NORMAL";
    image.size_gib = 50;
    image.disks = {ImageDisk{"snap-00000001", true, 50}};
    return image;
}

// As the console names them.
inline StoredObject exported_disk(const char* letter, std::int64_t bytes) {
    return {web_prefix + "_xvd" + letter + ".qcow2", bytes, "", ""};
}

inline Failure failure(Remedy remedy, const char* code) {
    return Failure{remedy, code, std::string("the cloud says ") + code, "request-1"};
}

// Drives one backup through time and keeps the actions of the last event.
class BackupMachine : public testing::Test {
protected:
    void feed(const Event& event) { actions = step(backup, event, now); }

    template <class Wanted>
    std::vector<Wanted> all() const {
        std::vector<Wanted> found;
        for (const Action& action : actions) {
            if (const auto* wanted = std::get_if<Wanted>(&action)) {
                found.push_back(*wanted);
            }
        }
        return found;
    }

    template <class Wanted>
    Wanted only() const {
        EXPECT_EQ(actions.size(), 1U);
        EXPECT_EQ(all<Wanted>().size(), 1U);
        return all<Wanted>().empty() ? Wanted() : all<Wanted>().front();
    }

    Copy& copy(CopyId id) { return backup.copies[static_cast<std::size_t>(id.value() - 1)]; }

    void intend_image() {
        feed(event::Resumed{});
        feed(event::TurnCame{{image_copy}});
    }

    void complete_image() {
        intend_image();
        feed(event::ImageAccepted{image_copy, ImageId("img-source00")});
        now += 12min;
        feed(event::ImageSettled{image_copy, normal("img-source00")});
    }

    Backup backup = planned_backup();
    Instant now = start;
    std::vector<Action> actions;
};

}  // namespace cvmbackup::machine_test
