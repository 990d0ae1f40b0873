/// What every signal does in every state from which something can still come, by the kind of target: read by
/// ``FanOutMachineTests``. `·` where nothing happens, else the state it comes to and what is asked for next.
enum MachineTables {
    static let all: [MachineScene.Kind: String] = [
        .looked: """
                                 waiting        acting         pending        grace          verifying      stuck
        act done                 ·              verifying/look ·              ·              ·              ·
        act absent               ·              verifying/look ·              ·              ·              ·
        act accepted             ·              pending/poll   ·              ·              ·              ·
        act refused              ·              stuck          ·              ·              ·              ·
        act failed               ·              stuck          ·              ·              ·              ·
        poll done                ·              ·              verifying/look ·              ·              ·
        poll absent              ·              ·              verifying/look ·              ·              ·
        poll accepted            ·              ·              pending/poll   ·              ·              ·
        poll refused             ·              ·              stuck          ·              ·              ·
        poll failed              ·              ·              stuck          ·              ·              ·
        look says nothing        ·              ·              ·              ·              stuck          ·
        look accepted            ·              ·              ·              ·              stuck          ·
        look finds nothing       ·              ·              ·              ·              verified       ·
        look finds rows          ·              ·              ·              ·              stuck          ·
        look refused             ·              ·              ·              ·              stuck          ·
        look failed              ·              ·              ·              ·              stuck          ·
        app: done                ·              ·              ·              ·              ·              ·
        app: done, 3 rows        ·              ·              ·              ·              ·              ·
        app: done, 0 rows        ·              ·              ·              ·              ·              ·
        app: absent              ·              ·              ·              ·              ·              ·
        app: accepted            ·              ·              ·              ·              ·              ·
        app: accepted until      ·              ·              ·              ·              ·              ·
        app: refused             ·              ·              ·              ·              ·              ·
        app: later               ·              ·              ·              ·              ·              ·
        app: failed              ·              ·              ·              ·              ·              ·
        person: done             ·              verifying/look verifying/look ·              ·              verifying/look
        person: absent           ·              verifying/look verifying/look ·              ·              verifying/look
        person: accepted         ·              ·              ·              ·              ·              ·
        person: accepted until   ·              grace          grace          ·              ·              grace
        person: refused          ·              stuck          stuck          ·              ·              stuck
        witness: done            ·              ·              ·              ·              ·              ·
        witness: still there     ·              ·              ·              ·              ·              ·
        time                     ·              ·              ·              verifying/look ·              ·
        again                    ·              ·              ·              ·              ·              acting/act
        left                     left           left           left           left           left           left
        cancelled                cancelled      cancelled      cancelled      cancelled      cancelled      cancelled
        """,
        .blind: """
                                 waiting        acting         pending        grace          verifying      stuck
        act done                 ·              stuck          ·              ·              ·              ·
        act absent               ·              stuck          ·              ·              ·              ·
        act accepted             ·              stuck          ·              ·              ·              ·
        act refused              ·              stuck          ·              ·              ·              ·
        act failed               ·              stuck          ·              ·              ·              ·
        poll done                ·              ·              stuck          ·              ·              ·
        poll absent              ·              ·              stuck          ·              ·              ·
        poll accepted            ·              ·              stuck          ·              ·              ·
        poll refused             ·              ·              stuck          ·              ·              ·
        poll failed              ·              ·              stuck          ·              ·              ·
        look says nothing        ·              ·              ·              ·              stuck          ·
        look accepted            ·              ·              ·              ·              stuck          ·
        look finds nothing       ·              ·              ·              ·              verified       ·
        look finds rows          ·              ·              ·              ·              stuck          ·
        look refused             ·              ·              ·              ·              stuck          ·
        look failed              ·              ·              ·              ·              stuck          ·
        app: done                ·              ·              ·              ·              ·              ·
        app: done, 3 rows        ·              ·              ·              ·              ·              ·
        app: done, 0 rows        ·              ·              ·              ·              ·              ·
        app: absent              ·              ·              ·              ·              ·              ·
        app: accepted            ·              ·              ·              ·              ·              ·
        app: accepted until      ·              ·              ·              ·              ·              ·
        app: refused             ·              ·              ·              ·              ·              ·
        app: later               ·              ·              ·              ·              ·              ·
        app: failed              ·              ·              ·              ·              ·              ·
        person: done             ·              verified       verified       ·              ·              verified
        person: absent           ·              verified       verified       ·              ·              verified
        person: accepted         ·              ·              ·              ·              ·              ·
        person: accepted until   ·              grace          grace          ·              ·              grace
        person: refused          ·              stuck          stuck          ·              ·              stuck
        witness: done            ·              ·              ·              ·              ·              ·
        witness: still there     ·              ·              ·              ·              ·              ·
        time                     ·              ·              ·              stuck          ·              ·
        again                    ·              ·              ·              ·              ·              acting/act
        left                     left           left           left           left           left           left
        cancelled                cancelled      cancelled      cancelled      cancelled      cancelled      cancelled
        """,
        .app: """
                                 waiting        acting         pending        grace          verifying      stuck
        act done                 ·              verifying/look ·              ·              ·              ·
        act absent               ·              verifying/look ·              ·              ·              ·
        act accepted             ·              pending        ·              ·              ·              ·
        act refused              ·              stuck          ·              ·              ·              ·
        act failed               ·              stuck          ·              ·              ·              ·
        poll done                ·              ·              verifying/look ·              ·              ·
        poll absent              ·              ·              verifying/look ·              ·              ·
        poll accepted            ·              ·              ·              ·              ·              ·
        poll refused             ·              ·              stuck          ·              ·              ·
        poll failed              ·              ·              stuck          ·              ·              ·
        look says nothing        ·              ·              ·              ·              ·              ·
        look accepted            ·              ·              ·              ·              ·              ·
        look finds nothing       ·              ·              ·              ·              verified       ·
        look finds rows          ·              ·              ·              ·              stuck          ·
        look refused             ·              ·              ·              ·              stuck          ·
        look failed              ·              ·              ·              ·              stuck          ·
        app: done                ·              verifying/look verifying/look ·              stuck          verifying/look
        app: done, 3 rows        ·              verifying/look verifying/look ·              stuck          verifying/look
        app: done, 0 rows        ·              verifying/look verifying/look ·              verified       verifying/look
        app: absent              ·              verifying/look verifying/look ·              verified       verifying/look
        app: accepted            ·              pending        pending        ·              ·              pending
        app: accepted until      ·              grace          grace          ·              verifying      grace
        app: refused             ·              stuck          stuck          ·              stuck          stuck
        app: later               ·              pending        pending        ·              verifying      pending
        app: failed              ·              stuck          stuck          ·              stuck          stuck
        person: done             ·              verifying/look verifying/look ·              ·              verifying/look
        person: absent           ·              verifying/look verifying/look ·              ·              verifying/look
        person: accepted         ·              pending        pending        ·              ·              pending
        person: accepted until   ·              grace          grace          ·              ·              grace
        person: refused          ·              stuck          stuck          ·              stuck          stuck
        witness: done            ·              ·              ·              ·              ·              ·
        witness: still there     ·              ·              ·              ·              ·              ·
        time                     ·              ·              ·              verifying/look ·              ·
        again                    ·              ·              ·              ·              ·              acting/act
        left                     left           left           left           left           left           left
        cancelled                cancelled      cancelled      cancelled      cancelled      cancelled      cancelled
        """,
        .wordOnlyApp: """
                                 waiting        acting         pending        grace          verifying      stuck
        act done                 ·              stuck          ·              ·              ·              ·
        act absent               ·              stuck          ·              ·              ·              ·
        act accepted             ·              pending        ·              ·              ·              ·
        act refused              ·              stuck          ·              ·              ·              ·
        act failed               ·              stuck          ·              ·              ·              ·
        poll done                ·              ·              stuck          ·              ·              ·
        poll absent              ·              ·              stuck          ·              ·              ·
        poll accepted            ·              ·              ·              ·              ·              ·
        poll refused             ·              ·              stuck          ·              ·              ·
        poll failed              ·              ·              stuck          ·              ·              ·
        look says nothing        ·              ·              ·              ·              ·              ·
        look accepted            ·              ·              ·              ·              ·              ·
        look finds nothing       ·              ·              ·              ·              verified       ·
        look finds rows          ·              ·              ·              ·              stuck          ·
        look refused             ·              ·              ·              ·              stuck          ·
        look failed              ·              ·              ·              ·              stuck          ·
        app: done                ·              verified       verified       ·              stuck          verified
        app: done, 3 rows        ·              verified       verified       ·              stuck          verified
        app: done, 0 rows        ·              verified       verified       ·              verified       verified
        app: absent              ·              verified       verified       ·              verified       verified
        app: accepted            ·              pending        pending        ·              ·              pending
        app: accepted until      ·              grace          grace          ·              verifying      grace
        app: refused             ·              stuck          stuck          ·              stuck          stuck
        app: later               ·              pending        pending        ·              verifying      pending
        app: failed              ·              stuck          stuck          ·              stuck          stuck
        person: done             ·              verified       verified       ·              ·              verified
        person: absent           ·              verified       verified       ·              ·              verified
        person: accepted         ·              pending        pending        ·              ·              pending
        person: accepted until   ·              grace          grace          ·              ·              grace
        person: refused          ·              stuck          stuck          ·              stuck          stuck
        witness: done            ·              ·              ·              ·              ·              ·
        witness: still there     ·              ·              ·              ·              ·              ·
        time                     ·              ·              ·              stuck          ·              ·
        again                    ·              ·              ·              ·              ·              acting/act
        left                     left           left           left           left           left           left
        cancelled                cancelled      cancelled      cancelled      cancelled      cancelled      cancelled
        """,
        .manual: """
                                 waiting        acting         pending        grace          verifying      stuck
        act done                 ·              pending        ·              ·              ·              ·
        act absent               ·              pending        ·              ·              ·              ·
        act accepted             ·              pending        ·              ·              ·              ·
        act refused              ·              stuck          ·              ·              ·              ·
        act failed               ·              stuck          ·              ·              ·              ·
        poll done                ·              ·              ·              ·              ·              ·
        poll absent              ·              ·              ·              ·              ·              ·
        poll accepted            ·              ·              ·              ·              ·              ·
        poll refused             ·              ·              stuck          ·              ·              ·
        poll failed              ·              ·              stuck          ·              ·              ·
        look says nothing        ·              ·              ·              ·              stuck          ·
        look accepted            ·              ·              ·              ·              stuck          ·
        look finds nothing       ·              ·              ·              ·              verified       ·
        look finds rows          ·              ·              ·              ·              stuck          ·
        look refused             ·              ·              ·              ·              stuck          ·
        look failed              ·              ·              ·              ·              stuck          ·
        app: done                ·              verifying      verifying      ·              ·              verifying
        app: done, 3 rows        ·              verifying      verifying      ·              ·              verifying
        app: done, 0 rows        ·              verifying      verifying      ·              ·              verifying
        app: absent              ·              verifying      verifying      ·              ·              verifying
        app: accepted            ·              pending        pending        ·              ·              pending
        app: accepted until      ·              grace          grace          ·              ·              grace
        app: refused             ·              stuck          stuck          ·              ·              stuck
        app: later               ·              ·              ·              ·              ·              ·
        app: failed              ·              stuck          stuck          ·              ·              stuck
        person: done             ·              verifying      verifying      ·              ·              verifying
        person: absent           ·              verifying      verifying      ·              ·              verifying
        person: accepted         ·              pending        pending        ·              ·              pending
        person: accepted until   ·              grace          grace          ·              ·              grace
        person: refused          ·              stuck          stuck          ·              ·              stuck
        witness: done            ·              ·              ·              ·              verified       ·
        witness: still there     ·              ·              ·              ·              stuck          ·
        time                     ·              ·              ·              verifying      ·              ·
        again                    ·              ·              ·              ·              ·              pending
        left                     left           left           left           left           left           left
        cancelled                cancelled      cancelled      cancelled      cancelled      cancelled      cancelled
        """,
        .mailed: """
                                 waiting        acting         pending        grace          verifying      stuck
        act done                 ·              pending        ·              ·              ·              ·
        act absent               ·              pending        ·              ·              ·              ·
        act accepted             ·              pending        ·              ·              ·              ·
        act refused              ·              stuck          ·              ·              ·              ·
        act failed               ·              stuck          ·              ·              ·              ·
        poll done                ·              ·              pending        ·              ·              ·
        poll absent              ·              ·              pending        ·              ·              ·
        poll accepted            ·              ·              pending        ·              ·              ·
        poll refused             ·              ·              stuck          ·              ·              ·
        poll failed              ·              ·              stuck          ·              ·              ·
        look says nothing        ·              ·              ·              ·              stuck          ·
        look accepted            ·              ·              ·              ·              stuck          ·
        look finds nothing       ·              ·              ·              ·              verified       ·
        look finds rows          ·              ·              ·              ·              stuck          ·
        look refused             ·              ·              ·              ·              stuck          ·
        look failed              ·              ·              ·              ·              stuck          ·
        app: done                ·              verifying      verifying      ·              ·              verifying
        app: done, 3 rows        ·              verifying      verifying      ·              ·              verifying
        app: done, 0 rows        ·              verifying      verifying      ·              ·              verifying
        app: absent              ·              verifying      verifying      ·              ·              verifying
        app: accepted            ·              pending        pending        ·              ·              pending
        app: accepted until      ·              grace          grace          ·              ·              grace
        app: refused             ·              stuck          stuck          ·              ·              stuck
        app: later               ·              ·              ·              ·              ·              ·
        app: failed              ·              stuck          stuck          ·              ·              stuck
        person: done             ·              verifying      verifying      ·              ·              verifying
        person: absent           ·              verifying      verifying      ·              ·              verifying
        person: accepted         ·              pending        pending        ·              ·              pending
        person: accepted until   ·              grace          grace          ·              ·              grace
        person: refused          ·              stuck          stuck          ·              ·              stuck
        witness: done            ·              ·              ·              ·              verified       ·
        witness: still there     ·              ·              ·              ·              stuck          ·
        time                     ·              ·              ·              verifying      ·              ·
        again                    ·              ·              ·              ·              ·              acting/act
        left                     left           left           left           left           left           left
        cancelled                cancelled      cancelled      cancelled      cancelled      cancelled      cancelled
        """,
    ]
}
