"""Interactive messages that show products of a catalogue, in Meta's shape, their limits in the types."""

from typing import Annotated, Final, Literal

from msgspec import Meta, Struct, field

from curbe.domain.interactive_parts import Footer, Identifier, ShortBody, TextHeader, Title24, titled

MOST_PRODUCTS: Final = 30  # of a product list, over all its sections


class ProductAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One product of a catalogue."""

    catalog_id: Identifier
    product_retailer_id: Identifier


class Product(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="product",
):
    """A single product."""

    action: ProductAction
    body: ShortBody | None = None
    footer: Footer | None = None


class ProductItem(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A product in a list."""

    product_retailer_id: Identifier


class ProductSection(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Products under one title."""

    product_items: Annotated[list[ProductItem], Meta(min_length=1, max_length=MOST_PRODUCTS)]
    title: Title24 | None = None


class ProductListAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Products of a catalogue: at most thirty, in at most ten sections."""

    catalog_id: Identifier
    sections: Annotated[list[ProductSection], Meta(min_length=1, max_length=10)]

    def __post_init__(self) -> None:
        count = sum(len(section.product_items) for section in self.sections)
        if count > MOST_PRODUCTS:
            raise ValueError(
                f"a product list has at most {MOST_PRODUCTS} products in all its sections, this one has {count}"
            )
        titled([section.title for section in self.sections])


class ProductList(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="product_list",
):
    """Several products; Meta wants a text header."""

    header: TextHeader
    body: ShortBody
    action: ProductListAction
    footer: Footer | None = None


class CatalogParameters(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The product whose picture stands for the catalogue."""

    thumbnail_product_retailer_id: Identifier


class CatalogAction(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Opens the catalogue."""

    name: Literal["catalog_message"] = field(default_factory=lambda: "catalog_message")
    parameters: CatalogParameters | None = None


class Catalog(
    Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="type",
    tag="catalog_message",
):
    """A message that opens the whole catalogue."""

    body: ShortBody
    action: CatalogAction = field(default_factory=CatalogAction)
    footer: Footer | None = None
