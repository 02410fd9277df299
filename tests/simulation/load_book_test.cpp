// The book of load finds what it is for, and nothing else.
#include "load_book.hpp"

#include "books_test.hpp"

#include <gtest/gtest.h>

namespace cvmbackup::simulation {
namespace {

using namespace std::chrono_literals;

TEST(LoadBook, ToleratesTriesWithGrowingPausesForADay) {
    LoadBook book;

    EXPECT_EQ(
        broken_by([&] {
            for (Instant at = begin; at < begin + 24h; at += 2min) {
                book.counted("CreateImage one", at);
            }
        }),
        0
    );
}

TEST(LoadBook, FindsACallThatComesBackEverySecond) {
    LoadBook book;

    EXPECT_EQ(
        broken_by([&] {
            for (int i = 0; i < 100; ++i) {
                book.counted("CreateImage one", begin + i * 1s);
            }
        }),
        6
    );
}

TEST(LoadBook, FindsMoreUnderWayThanTheLimitAllows) {
    Backup one;
    one.id = BackupId(1);
    one.copies.resize(1);
    one.copies[0].state = CopyState::accepted;
    Backup other = one;
    other.id = BackupId(2);
    other.copies[0].state = CopyState::intended;
    Changes changes;
    changes.backups = {one, other};

    LoadBook wide;
    EXPECT_EQ(broken_by([&] { wide.committed(changes, 2); }), 0);
    LoadBook narrow;
    EXPECT_EQ(broken_by([&] { narrow.committed(changes, 1); }), 6);
    changes.backups[0].copies[0].state = CopyState::planned;
    LoadBook waiting;
    EXPECT_EQ(broken_by([&] { waiting.committed(changes, 1); }), 0);
}

TEST(LoadBook, CountsEachWorkAlone) {
    LoadBook book;

    EXPECT_EQ(
        broken_by([&] {
            for (int i = 0; i < 1000; ++i) {
                book.counted("CreateImage " + std::to_string(i), begin + i * 1s);
            }
        }),
        0
    );
}

// Enough turns to judge a share by.
int broken_by_share(const std::function<void(LoadBook&, int)>& request) {
    LoadBook book;
    return broken_by([&] {
        for (int i = 0; i < 3000; ++i) {
            request(book, i);
        }
        book.check_share();
    });
}

TEST(LoadBook, FindsThatRetriesOfChangesAreTheLoad) {
    const auto retries_of_a_hundred = [](int retries) {
        return [retries](LoadBook& book, int i) {
            const int image = i % 100 <= retries ? i - i % 100 : i;
            book.arriving("CreateImage " + std::to_string(image), true);
        };
    };

    EXPECT_EQ(broken_by_share(retries_of_a_hundred(48)), 0);
    EXPECT_EQ(broken_by_share(retries_of_a_hundred(52)), 6);
}

TEST(LoadBook, CountsAReadAsARetryWhenItsLastAnswerWasAFailure) {
    const auto read = [](LoadBook& book, int times, bool fails) {
        for (int i = 0; i < times; ++i) {
            book.arriving("DescribeImages", false);
            if (fails) {
                book.failed();
            }
        }
    };
    const auto thrice_in_a_row = [&](LoadBook& book, int) {
        read(book, 3, true);
        book.arriving("DescribeImages", false);
    };
    const auto once_in_three = [&](LoadBook& book, int) {
        read(book, 1, true);
        read(book, 2, false);
    };

    EXPECT_EQ(broken_by_share(thrice_in_a_row), 6);
    EXPECT_EQ(broken_by_share(once_in_three), 0);
}

}  // namespace
}  // namespace cvmbackup::simulation
