#include "move/values.h"

#include <gtest/gtest.h>

namespace hikkoshi::move {

namespace {

Field of(Type type) {
  Field field{};
  field.path = "a.b";
  field.type = type;
  return field;
}

void expect_good(Type type, std::initializer_list<const char*> texts) {
  for (const char* text : texts)
    EXPECT_FALSE(fault_of(of(type), text)) << to_string(type) << " " << text;
}

void expect_bad(Type type, std::initializer_list<const char*> texts) {
  for (const char* text : texts)
    EXPECT_TRUE(fault_of(of(type), text)) << to_string(type) << " " << text;
}

}  // namespace

TEST(Values, names_are_plain_words) {
  expect_good(Type::name, {"a", "web-1", "Web_2", "9"});
  expect_bad(Type::name, {"", "-a", "_a", "a b", "a.b", "a/b", "a:b", "é"});
  EXPECT_TRUE(is_name(std::string(63, 'a')));
  EXPECT_FALSE(is_name(std::string(64, 'a')));
}

TEST(Values, logins_have_a_user_only_if_one_is_written) {
  auto full = parse_login("ops@192.0.2.10:2222");
  ASSERT_TRUE(full);
  EXPECT_EQ(full->user, "ops");
  EXPECT_EQ(full->ssh, (Endpoint{"192.0.2.10", 2222}));
  auto short_form = parse_login("bastion.example");
  ASSERT_TRUE(short_form);
  EXPECT_EQ(short_form->user, "");
  EXPECT_EQ(short_form->ssh, (Endpoint{"bastion.example", 22}));
  expect_bad(Type::login, {"", "@a", "-o@a", "a b@c", "-oProxyCommand=x", "a@", "a@-b", "a@b@c"});
}

TEST(Values, paths_on_hosts_are_absolute_files) {
  expect_good(Type::path, {"/etc/x.cfg", "/srv/a b/.env"});
  expect_bad(Type::path, {"", "x", "./x", "~/x", "/srv/", "/a\nb"});
}

TEST(Values, paths_of_urls_have_no_spaces_and_no_fragment) {
  expect_good(Type::url_path, {"/", "/frames/1?full=1&x=%20"});
  expect_bad(Type::url_path, {"", "frames", "/a b", "/a#b", "/a\r\nX: y"});
}

TEST(Values, urls_are_of_http) {
  expect_good(Type::url, {"https://s3.example/images", "http://[2001:db8::1]:9000/x"});
  expect_bad(Type::url, {"", "s3.example", "ftp://s3.example", "https://", "https:///x"});
}

TEST(Values, accounts_of_a_database_are_written_without_quotes) {
  expect_good(Type::account, {"backup@localhost", "report@%", "a@b@10.0.0.%", "x@fe80::%"});
  expect_bad(Type::account, {"", "backup", "@localhost", "backup@", "'backup'@'%'", "a\t@b"});
}

TEST(Values, schemas_of_the_server_itself_cannot_move) {
  expect_good(Type::schema, {"frames", "フォト", "a.b"});
  expect_bad(Type::schema, {"", "mysql", "sys", "information_schema", "x ", "a\tb"});
}

TEST(Values, conditions_are_words_or_a_measured_lag) {
  expect_good(Type::condition, {"approval", "verified", "stragglers_forwarded", "lag < 1s",
                                "lag < 250ms for 5m", "lag  <  1s"});
  expect_bad(Type::condition,
             {"", "Approval", "lag", "lag > 1s", "lag < 1", "lag < 1s for", "lag < 1s in 5m"});
}

TEST(Values, percentages_are_shares) {
  EXPECT_DOUBLE_EQ(*parse_percentage("30%"), 0.3);
  EXPECT_DOUBLE_EQ(*parse_percentage("12.5%"), 0.125);
  EXPECT_DOUBLE_EQ(*parse_percentage("100%"), 1);
  for (const char* text : {"", "%", "30", "0.3", "101%", "-1%", "1e1%", "nan%", "3 %", ".5%"})
    EXPECT_FALSE(parse_percentage(text)) << text;
}

TEST(Values, times_of_day_have_hours_and_minutes) {
  EXPECT_EQ(parse_time_of_day("00:00"), 0);
  EXPECT_EQ(parse_time_of_day("23:59"), 23 * 60 + 59);
  EXPECT_EQ(parse_time_of_day("24:00"), 24 * 60);
  for (const char* text : {"", "1:00", "24:01", "12:60", "12-30", "12:3x", "-1:00", "12:00:00"})
    EXPECT_FALSE(parse_time_of_day(text)) << text;
}

TEST(Values, ports_are_from_1_to_65535) {
  EXPECT_EQ(parse_port("65535"), 65535);
  for (const char* text : {"", "0", "65536", "-1", "8080x", " 80"})
    EXPECT_FALSE(parse_port(text)) << text;
}

TEST(Values, time_zones_look_like_iana_names) {
  expect_good(Type::time_zone,
              {"UTC", "Asia/Tokyo", "America/Argentina/Buenos_Aires", "Etc/GMT+9"});
  expect_bad(Type::time_zone, {"", "/etc/passwd", "../x", "Asia/", "Asia//Tokyo", "+09:00"});
}

TEST(Values, long_values_are_cut_in_messages_between_characters) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "引";
  auto fault = fault_of(of(Type::duration), text);
  ASSERT_TRUE(fault);
  EXPECT_LT(fault->message.size(), 100u);
  EXPECT_NE(fault->message.find("引...'"), std::string::npos);
}

}  // namespace hikkoshi::move
