"""What a type checker tells a user; a marked line must be reported, with that code."""

import rolecall

rolecall.CrossAccountRole("typo", trusts=[{"account": ["111111111111"]}])  # error: list-item
rolecall.CrossAccountRole("text", trusts=[{"users": 1}])  # error: list-item
rolecall.CrossAccountRole("unknown", trust=[])  # error: call-arg
rolecall.CrossAccountRole("hours", trusts=[], max_session_duration="1 h")  # error: arg-type
rolecall.CrossAccountRole("caller", verify={"callers": [{"profil": "tools"}]})  # error: arg-type
rolecall.verify("arn:aws:iam::222222222222:role/r", caller=[])  # error: call-arg
rolecall.verify(callers=[])  # error: call-arg
caller: rolecall.CallerArgs = {"profile": "tools", "secret": "no"}  # error: typeddict-unknown-key
rolecall.DeclarationError("one text")  # error: arg-type
