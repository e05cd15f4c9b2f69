from rest_framework import serializers

from web.fields import TextField


class TokenInput(serializers.Serializer):
    username = TextField(max_length=150)
    password = TextField(max_length=128, trim_whitespace=False, write_only=True)


class TokenAnswer(serializers.Serializer):
    token = serializers.CharField()


class FaqAnswer(serializers.Serializer):
    question = serializers.CharField()
    answer = serializers.CharField()


class ContactAnswer(serializers.Serializer):
    name = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    address = serializers.CharField(allow_blank=True)


class ShopAnswer(serializers.Serializer):
    code = serializers.CharField()
    name = serializers.CharField()
    contact = ContactAnswer()
    hotline = serializers.CharField(allow_blank=True)
    faq = FaqAnswer(many=True)
