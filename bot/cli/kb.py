import typer

app = typer.Typer(help="x")


@app.command()
def a() -> None: ...
@app.command()
def b() -> None: ...
