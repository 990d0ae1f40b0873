/// What botocore 1.43's `S3SigV4Auth` signs for `GET https://examplebucket.s3.amazonaws.com/KEY?QUERY` at 2013-05-24T00:00:00Z with the
/// keys of the published examples.
struct SignatureVector: Sendable {
    let key: String
    let query: [(name: String, value: String)]
    let signature: String

    private init(_ key: String, _ query: [(name: String, value: String)], _ signature: String) {
        self.key = key
        self.query = query
        self.signature = signature
    }

    private init(_ key: String, _ signature: String) { self.init(key, [], signature) }

    static let all: [SignatureVector] = [
        .init("test.txt", "df548e2ce037944d03f3e68682813b093763996d597cf890ca3d9037fd231eb4"),
        .init("a", "2b49ad71019a5803df3ee8c8293879964c1791f007a7f75d479b4863580e5adb"),
        .init("a b", "148958ace6e83bc7d9893e7fb92c63d466140bd5acf2a0722d6fea26964f5651"),
        .init("a  b", "7ac7ccab6aa29204c48684912ade2ef4d5a4e81b4258b69bd8f08c5125290dd4"),
        .init(" a", "4ea26117375013333db602626613c6c310ddacf10b3d88f1bb477680935b142c"),
        .init("a ", "b56cdacc10efaf2f8841874119c209785e1c94466a95a9694567abf6fa292895"),
        .init("a+b", "7523a42446ee9a64714e5f5dd7b1170963c0ad092ceaf8e589232dbc7873cc91"),
        .init("a%b", "8b7747760922aa2a0f313b70a60a37441dee537ca392b68e788a8f23a09f90e2"),
        .init("a%20b", "f87bf8bb8d25f643930296eba903882c889b745bb7f6b974fc963f5a70c05a60"),
        .init("a%2Fb", "c12d7620eb77f6a686cf05549f99218d4159253a200c16657e0e636b65d4d132"),
        .init("a/b", "b89328e098dd606533b5e08f937e4edd15ee60e6a2969c16eb47c67a04cc8c24"),
        .init("a//b", "d3b7d8e709518ef28050efa35968623c064ee44d1a12877eab753fd6548bb875"),
        .init("/a", "821c77becd4c7648c7d33a6599a220f3e17ce153baaf7bf56e9243489fcffec8"),
        .init("//", "97587eb2cf241a94078b055be4f47d0b0367d82b4e8f89ad6c2cf0ad2ab72815"),
        .init("a/", "c17b0318cd774abfc2186732818e4f643ea5d476bacf1086a7df83086809b3c2"),
        .init("a/./b", "e6cb5a3d80d2a1dc09775896cfcdfcafe7611637c77fc4dd830532ad7cf40d3e"),
        .init("a/../b", "926525921efadecaee269fdb73a1197143c44cfbdd7210ebeddfcf014cb7b278"),
        .init("../a", "26bd6e69ae216ec95efca946339970dd77426f177f4b5ce71f20b3deb379ce12"),
        .init(".", "dabc0ece4dc24f953fb2cdbb8b7c176c3ac512fc6a81043e30951bf328c4ca3d"),
        .init("..", "0177c33f8d1784c7ec7b74606d91f3db24bee49b21183ca50107af4bbc753df7"),
        .init("~a", "05e352db80ca4418eb001f2ae3a13b02743edb9e57bf18fd400d45bd5174373e"),
        .init("a~", "ae4a75842f83aa518b3520ec8bb9d080c41e4c749fbe60d8e294b694bd80b2b3"),
        .init("a*b", "6270ce7fd62dc0b35b2999a83f19e6076971edf271656c92be555442a37bf0a8"),
        .init("a'b", "90692ff6efd64431317f148aee26c92cebff3f5e427a2c2f38d5b23ad0c8c0e6"),
        .init("a(b)", "8e5dfdcd41645451588bc53ad10fbfaf362e3d07653d996499a422f1ecf868cb"),
        .init("a!b", "fcf1722443b71eeecc355dc5e36595a0018c6a62bec70a3904a55682334fedf3"),
        .init("a;b", "9ce16ec3cd087612f7ada6288fe2f7457be54323b4f8ab3b49d0e89635b5c065"),
        .init("a:b", "aa3fa6a882917f543a92dd6219d3d27f14c7a9a0e75ccb933e191b2c310497b8"),
        .init("a@b", "ac902d341c9e54323ed535ec3dc2c48d4695f3e9f9ed3c7864d222ad77e4a911"),
        .init("a&b", "8275737d3eca3744b876e9db8f8065c2e3f7403b5a701078e7b3f760c2c83e9d"),
        .init("a=b", "1ef36d056e1a7530ae084c250d4e42be0601c3086a18849cd4138c156b85730f"),
        .init("a$b", "c6f9d28f7a81cb34cd64f1a08b0aa5799387f051fa6465ee76378d1ced96ff22"),
        .init("a,b", "ee812aa48347fcf953c7cfe1cf002f58a1281e29ab22bce8040f3f0a972f507f"),
        .init("a?b", "fa32953efb99607cca4970cde575c886e13ccd765c72f3a32593d37e7728ed00"),
        .init("a#b", "2cc5ecf7d7183f9cb4f0cd19c2f932ebf1aa8c8044eccb2e6e206c653d8df300"),
        .init("a[b]", "41f742adca737763bcf3ca67ac4102610c0634114ff4e9377fa993f9f63528ed"),
        .init("a|b", "a302805207d721cf74da38490e64c27a667d85ed89a31f11b651c2d0a2b5f5e0"),
        .init("a\\b", "79ad03256cfb55e04622ce8e677657f7564e0c7dfcda075381849f9ad8bc96ea"),
        .init("a\"b", "8395c2c0183d6a6ff41982ffb471f3a3e39f8d0d4841bbff1b7d143a5f254757"),
        .init("a<b>", "c2f08756d1a7d4b1ebb25683179aaca49328612dfa4b3fa189a391448c002112"),
        .init("a^b", "fab247fccb00f98c8d4b8d7006a7cfb60b8bcb7d33ad4084033157be3859f146"),
        .init("a`b", "ae0f7bacbd2efec02f180894819a0b1468d64810dcc58c41fa06bd6293554c96"),
        .init("a{b}", "7391f874be2174178de62b8e13421a900c9e9b9be80d8e5ad0abbb6df2befad2"),
        .init("\u{E9}", "1eb7fef76a20fc4350457bd99d658beee541b0fbe8edb3fa35fc2009af9e2075"),
        .init("e\u{301}", "7f819da7f96b6bace8dbdb8329e3be3caff8bcf7ae576454afbdcf5b13b71444"),
        .init("\u{1234}", "3ee062e384cf4e73e7923e9d682714a01116f4e15e24141be65a7f99c99048e0"),
        .init("\u{1F600}", "ea7400ba8b791d0c9fc1721e0dbfacfbc126729985bb56fec9059a8e239ba4c4"),
        .init("\u{65E5}\u{672C}/\u{8A9E}.txt", "643421a995e961c5e1099850d8ec84ca1c4c9c61b103f459f64cdd6d63e2a1f6"),
        .init("\u{1}", "cdebbe6bc747ede62daebcf2d2751e15fdb1a1535840fae02fba621283c30d08"),
        .init("a\u{9}b", "6ea92031209fa85bbcd5dd5680648fa5542e6beb88ea558aee9a5d61956ad4fc"),
        .init("a\u{7F}b", "bbfe453f04c6fb0a8b7c49390a2f15dfac3ae8a7e4cd1041f6f213d78c498353"),
        .init("\u{2028}", "35aa0cfcca34c73b741b4970f68f602889d0cdaaec92d4e6984b1d77f897e66a"),
        .init("A.b-c_d~e", "d1f9f17a1c7a20c8f8c40319434ca910386b5f6df242c83a328e107dcbfff2dc"),
        .init(String(repeating: "x", count: 200), "7cd1d5c13f65c73e70bdf64e8c066f02855f0071eaaedd329fa7e1f7cd82d286"),
        .init(
            "test.txt",
            [("lifecycle", "")],
            "6ca06242c1c55d4c58b3749c13d71b6025fb687fabafbd96cf84e46cdcb72bbe"
        ),
        .init(
            "test.txt",
            [("uploads", "")],
            "9073bdb2ecdc38c5b87ec442b4423ab2b589d81662230b2b8299c5dd0c57d943"
        ),
        .init(
            "test.txt",
            [("prefix", "J"), ("max-keys", "2")],
            "3aa73875c99ca5403a024713847581bc8968687a409e9509919e012a8eaf5b11"
        ),
        .init(
            "test.txt",
            [("prefix", "a b"), ("list-type", "2")],
            "9d180b0fd910e1164701f7683e3b97c1d6173ddd7cadeababb7d4cecb51c699b"
        ),
        .init(
            "test.txt",
            [("prefix", "a+b")],
            "9d541a379e9d6f47f675d7ea810ed539cce31be969fb465725ef89f4361a7d58"
        ),
        .init(
            "test.txt",
            [("prefix", "a/b")],
            "3d788c0ba708238200eaba344a2b2bfa566adca32bb1fa371ab3d81668ceaf55"
        ),
        .init(
            "test.txt",
            [("prefix", "~")],
            "cfaef3eb2b061fb6993ce93636f7318d0a72f89a17de4cd0e19961942ecce639"
        ),
        .init(
            "test.txt",
            [("prefix", "*'()!")],
            "70309151235ffc244bcc18fc9731c2abdd77560237b045bf673b94ce4ad2da52"
        ),
        .init(
            "test.txt",
            [("continuation-token", "1/+=ab==")],
            "c4759bbc40756e21b2e46accc01674d70b9f472758f4035eff2b2afd27ed780c"
        ),
        .init(
            "test.txt",
            [("uploadId", "x.y_z-~"), ("partNumber", "10")],
            "5d821870815b7596bb8add18d4d92f84a9a4ba45b506220b168713ac4c0e0701"
        ),
        .init(
            "test.txt",
            [("b", "1"), ("B", "1"), ("a", "2")],
            "0c8033dcccc600c2fd74445a436c89398ae591779d3053509363a8a45e6307d9"
        ),
        .init(
            "test.txt",
            [("a", "2"), ("a", "1"), ("a", "10")],
            "a758f74d603d39a341e1e09155eb2f953a38132d953e1895d57e6a32d608e15c"
        ),
        .init(
            "test.txt",
            [("a-b", "1"), ("a", "1"), ("ab", "1"), ("a.b", "1")],
            "f37d7fc363e8205b9b238fe74bc46cf4a936d20a3f77545660f33dea1c0fcc98"
        ),
        .init(
            "test.txt",
            [("\u{E9}", "\u{1234}")],
            "38303df0f3f1bec4b69a9915a0eb6083a5b4db85477636729d8ddac124cecb29"
        ),
        .init(
            "test.txt",
            [("a", "%2F")],
            "1fc1db0d33aa1eb7014afae5b807cbbc432d9c5c65401011220987a694df3032"
        ),
        .init(
            "test.txt",
            [("a", "&=?#")],
            "1532408a343713646672af975ef2086e98611d0575075e8dd7481e51b6aa2a73"
        ),
    ]
}
