from __future__ import annotations

from ui.shell import GENERAL, OF_A_CASE
from workbench import tables
from workbench.types import Policy, Role

EVERY_SCREEN = [screen.name for screen in GENERAL + OF_A_CASE]
CASE_SCREENS = [screen.name for screen in OF_A_CASE]


def test_no_screen_is_shown_to_somebody_who_is_not_signed_in(app, first, case) -> None:
    for screen in EVERY_SCREEN:
        app.test.session_state["np_go"] = screen
        app.test.session_state["np_case"] = case.case_id
        app.test.query_params["case"] = case.case_id
        app.run()
        assert "Who are you?" in app.page, screen
        assert "A turret" not in app.page, screen
        assert not app.test.sidebar.button, screen


def test_the_first_person_is_enrolled_and_signed_in(app, bench) -> None:
    app.run()
    app.test.text_input(key="first_name").set_value("Person One")
    app.press("enrol_first")
    assert "Good to see you, Person One" in app.page
    (person,) = bench.people.everyone()
    assert Role.CUSTODIAN in person.roles


def test_a_name_that_cannot_be_used_is_answered_with_the_services_sentence(app, bench) -> None:
    app.run()
    app.press("enrol_first")
    assert "A name has 1 to 120 printable characters, at least one a letter or digit." in app.page
    assert bench.people.everyone() == ()


def test_a_wrong_passphrase_is_refused_and_the_right_one_lets_in(app, bench) -> None:
    bench.people.enrol("Person One", (Role.REVIEWER,), passphrase="correct horse")
    app.run()
    app.test.text_input(key="who_passphrase").set_value("wrong")
    app.press("sign_in")
    assert "not the passphrase" in app.page
    assert "Good to see you" not in app.page
    app.test.text_input(key="who_passphrase").set_value("correct horse")
    app.press("sign_in")
    assert "Good to see you, Person One" in app.page


def test_signing_out_leaves_nothing_behind(app, first, case) -> None:
    app.at("overview", first, case)
    app.press("sign_out")
    assert "Who are you?" in app.page
    assert "A turret" not in app.page
    assert "np_actor" not in app.test.session_state


def test_a_screen_of_a_case_without_a_case_says_where_cases_are(app, first) -> None:
    for screen in CASE_SCREENS:
        app.at(screen, first)
        assert "No case is open" in app.page, screen
    app.press("to_cases")
    assert "<h1>Cases</h1>" in app.page


def test_a_case_that_does_not_exist_is_said_and_forgotten(app, first, case) -> None:
    app.test.query_params["case"] = "case-000000000000"
    app.test.session_state["np_actor"] = first
    app.run()
    assert "There is no case" in app.page
    assert "No case is open" in app.page


def test_a_synthetic_solo_case_says_both_on_every_screen(app, bench, first) -> None:
    made_up = bench.cases.open_case(first, title="Made up", policy=Policy.SOLO, synthetic=True)
    for screen in CASE_SCREENS:
        app.at(screen, first, made_up)
        assert "SYNTHETIC CASE" in app.page, screen
        assert "SOLO CASE" in app.page, screen


def test_a_real_case_of_two_people_bears_no_banner(app, first, case) -> None:
    for screen in CASE_SCREENS:
        app.at(screen, first, case)
        assert "SYNTHETIC CASE" not in app.page, screen
        assert "SOLO CASE" not in app.page, screen


def test_a_store_that_cannot_be_opened_is_explained(app, monkeypatch) -> None:
    monkeypatch.setenv("NAMEPLATE_READING_SECONDS", "soon")
    app.run()
    assert "Nameplate could not start" in app.page
    assert "which is not a number" in app.page


def test_whoever_opens_a_store_of_an_older_program_sees_how_far_its_tables_are(
    app, bench, first, case, monkeypatch
) -> None:
    monkeypatch.setattr("workbench.workbench.BATCH", 2)
    shown: list[str] = []
    monkeypatch.setattr("ui.shell.markup.head", lambda title, *_: shown.append(title))
    with bench.stores.projection.engine.begin() as connection:
        connection.execute(tables.state.delete())
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(table.delete())
    app.run()
    assert shown[0] == "Bringing the tables up to date"
    assert "Who are you?" in app.page
    assert bench.stores.projection.waiting() == 0
    assert [person.person_id for person in bench.people.everyone()] == [first.person_id]
