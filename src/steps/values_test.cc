#include "steps/values.h"

#include <gtest/gtest.h>

namespace hikkoshi::steps {

TEST(Values, a_page_comes_back_from_the_journal_as_it_went_in) {
  traffic::Page page;
  page.paths = {"/shop", "/cart"};
  page.hosts = {"www.shop.test"};
  page.allow = {"198.51.100.0/24", "2001:db8::/32"};
  page.body = "<h1>\xe3\x81\x99</h1>\n";
  page.retry_after = Millis(1'500);
  EXPECT_EQ(page_from_json(to_json(std::optional(page))), page);
}

TEST(Values, no_page_is_null) {
  EXPECT_TRUE(to_json(std::optional<traffic::Page>()).is_null());
  EXPECT_FALSE(page_from_json(nullptr));
}

TEST(Values, what_the_arguments_leave_out_of_a_page_is_the_default) {
  auto page = page_from_json({{"file", "maintenance.html"}});
  ASSERT_TRUE(page);
  EXPECT_EQ(*page, traffic::Page{});
}

TEST(Values, records_of_every_type_come_back_as_they_went_in) {
  std::vector<dns::RecordSet> records;
  for (dns::Type type : {dns::Type::a, dns::Type::aaaa, dns::Type::cname, dns::Type::ns,
                         dns::Type::soa, dns::Type::txt, dns::Type::mx})
    records.push_back({"www.shop.test", type, 4'000'000'000u, {"one", "two"}});
  records.push_back({"gone.shop.test", dns::Type::a, 0, {}});
  EXPECT_EQ(records_from_json(to_json(records)), records);
}

TEST(Values, a_type_of_a_later_version_is_other_and_never_an_address) {
  auto records = records_from_json(
      {{{"name", "www.shop.test"}, {"type", "HTTPS"}, {"ttl", 1}, {"values", {"1 ."}}}});
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].type, dns::Type::other);
}

TEST(Values, a_record_is_described_with_its_ttl_or_as_none) {
  EXPECT_EQ(describe({"www.shop.test", dns::Type::a, 30, {"127.0.0.1", "127.0.0.2"}}),
            "www.shop.test A 127.0.0.1 127.0.0.2 (30 s)");
  EXPECT_EQ(describe({"www.shop.test", dns::Type::aaaa, 0, {}}), "www.shop.test AAAA (none)");
}

}  // namespace hikkoshi::steps
