from flask import Blueprint
rules = Blueprint("rules", __name__)
@rules.get("/rules")
def show() -> str:
    return "<h1>How words are counted</h1>"
