#include "base/address.h"

#include <gtest/gtest.h>

namespace hikkoshi {

TEST(Endpoint, is_read_with_and_without_a_port) {
  EXPECT_EQ(parse_endpoint("10.0.0.1:3306"), (Endpoint{"10.0.0.1", 3306}));
  EXPECT_EQ(parse_endpoint("[::1]:22"), (Endpoint{"::1", 22}));
  EXPECT_EQ(parse_endpoint("::1", 22), (Endpoint{"::1", 22}));
  EXPECT_EQ(parse_endpoint("db.example", 3306), (Endpoint{"db.example", 3306}));
}

TEST(Endpoint, writes_what_it_reads) {
  for (const char* text : {"10.0.0.1:3306", "[2001:db8::1]:53", "db.example:1"})
    EXPECT_EQ(parse_endpoint(text)->text(), text);
}

TEST(Endpoint, refuses_hostile_and_broken_text) {
  for (const char* text : {"", ":1", "a:", "a:0", "a:65536", "a:1x", "-oProxyCommand=x:22", "a b:1",
                           "[10.0.0.1]:1", "[::1", "10.0.0.256:1", "a..b:1", "a:1:2"})
    EXPECT_FALSE(parse_endpoint(text)) << text;
  EXPECT_FALSE(parse_endpoint("db.example"));
}

TEST(Cidr, is_a_network_or_one_address) {
  EXPECT_TRUE(is_cidr("198.51.100.0/24"));
  EXPECT_TRUE(is_cidr("2001:db8::/32"));
  EXPECT_TRUE(is_cidr("10.0.0.1"));
  for (const char* text : {"10.0.0.0/33", "10.0.0/8", "/8", "10.0.0.0/", "::/129", "x/8"})
    EXPECT_FALSE(is_cidr(text)) << text;
}

TEST(HostName, follows_rfc_1123) {
  EXPECT_TRUE(is_host_name("www.example.jp"));
  EXPECT_TRUE(is_host_name("www.example.jp."));
  EXPECT_TRUE(is_host_name("a"));
  for (const char* text : {"", ".", "-a", "a-", "a..b", "1.2.3", "a/b", "a\nb"})
    EXPECT_FALSE(is_host_name(text)) << text;
  EXPECT_FALSE(is_host_name(std::string(254, 'a')));
}

}  // namespace hikkoshi
