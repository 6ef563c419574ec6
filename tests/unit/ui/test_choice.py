from streamlit.testing.v1 import AppTest


def _script() -> None:
    import streamlit as st

    from ui.choice import choose

    told = st.session_state.get("told", 0)
    options = st.session_state.get("options", ["a", "b", "c"])
    if late := st.session_state.pop("late", None):  # as a browser says that is drawings behind
        st.session_state["plate"] = late
    chosen = choose(
        "Plate", options, key="plate", named=lambda one: f"{one}: {told} judged", first="b"
    )
    st.text(chosen)


def _shown(test: AppTest) -> str:
    assert not test.exception
    return str(test.text[0].value)


def test_what_is_chosen_stays_chosen_when_its_words_change() -> None:
    test = AppTest.from_function(_script).run()
    assert _shown(test) == "b"
    test.selectbox(key="plate").select("c").run()
    assert _shown(test) == "c"
    for told in (1, 2):
        test.session_state["told"] = told
        test.run()
        assert _shown(test) == "c"


def test_old_words_choose_what_they_named() -> None:
    test = AppTest.from_function(_script).run()
    for told in (1, 2):
        test.session_state["told"] = told
        test.run()
    test.session_state["late"] = "a: 0 judged"
    test.run()
    assert _shown(test) == "a"
    test.session_state["late"] = "a: 7 judged"
    test.run()
    assert _shown(test) == "b", "words that were never shown choose nothing"


def test_words_of_long_ago_are_forgotten() -> None:
    test = AppTest.from_function(_script).run()
    for told in range(1, 30):
        test.session_state["told"] = told
        test.run()
    assert len(test.session_state["plate_named"]) <= 12


def test_what_is_not_there_any_more_gives_the_first() -> None:
    test = AppTest.from_function(_script).run()
    test.selectbox(key="plate").select("c").run()
    test.session_state["options"] = ["a", "b"]
    test.run()
    assert _shown(test) == "b"
