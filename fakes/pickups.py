"""What the fakes of couriers do with a pickup: words in the sender's address say so. Every other is collected."""

# Nobody comes there; it costs much; the answer is lost, though it is booked; it is too late to cancel; nobody opens;
# the number of the parcel is known only at the collection.
FAR, DEAR, BUSY, LATE, ABSENT, NUMBERLESS = "不派送", "昂贵", "繁忙", "已取", "无人", "无单号"
PRICE, HIGH_PRICE = "12.00", "88.00"
PERSON, PHONE = "周师傅", "13900000000"
WEIGHT, FREIGHT = "1.2", "13.50"
