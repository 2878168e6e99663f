"""Three pages."""

from django.urls import path

from benchmarks.peers.naive import views

urlpatterns = [
    path("", views.profile, name="profile"),
    path("<slug:kind>/", views.entry_list, name="list"),
    path("entry/<slug:slug>/", views.entry, name="entry"),
]
