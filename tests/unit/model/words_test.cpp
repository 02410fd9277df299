#include "model/backup.hpp"

#include <gtest/gtest.h>

namespace cvmbackup {
namespace {

TEST(Words, OfEveryStateReadBackAsThatState) {
    for (int i = 0; i <= static_cast<int>(CopyState::deleted); ++i) {
        const auto state = static_cast<CopyState>(i);
        EXPECT_EQ(copy_state_from(to_text(state)), state);
    }
    for (int i = 0; i <= static_cast<int>(Result::cancelled); ++i) {
        const auto result = static_cast<Result>(i);
        EXPECT_EQ(result_from(to_text(result)), result);
    }
}

TEST(Words, AnUnknownWordIsNothing) {
    EXPECT_FALSE(copy_state_from("finished"));
    EXPECT_FALSE(result_from(""));
}

TEST(Words, AnImageStateThatTheCloudInventsLaterIsUnknownAndNotSettled) {
    EXPECT_EQ(image_state_from("HIBERNATING"), ImageState::unknown);
    EXPECT_EQ(image_state_from("NORMAL"), ImageState::normal);
}

}  // namespace
}  // namespace cvmbackup
