// The catalogue, and the variants that order lines point to.
import { readFileSync } from 'node:fs';

/** The products that come with the stand-in; they seed the RMS items as well. */
export function defaultCatalogue() {
  return JSON.parse(readFileSync(new URL('./catalogue.json', import.meta.url), 'utf8')).products;
}

export class Products {
  #bySku = new Map();
  #variants = new Map();

  constructor(shop, catalogue) {
    this.shop = shop;
    this.all = catalogue;
    catalogue.forEach((product) => this.#bySku.set(product.sku, product));
  }

  find(sku) {
    return this.#bySku.get(sku);
  }

  /** The variant of a SKU: always the same one; made at first use for a SKU outside the catalogue. */
  variant({ sku, title, price, barcode }) {
    if (!this.#variants.has(sku)) {
      const product = this.#bySku.get(sku);
      this.#variants.set(sku, {
        __typename: 'ProductVariant',
        id: this.shop.newId('ProductVariant'),
        sku,
        barcode: barcode ?? product?.barcode ?? null,
        price: product?.price ?? price ?? '0',
        taxable: product?.taxable ?? true,
        product: {
          __typename: 'Product',
          id: this.shop.newId('Product'),
          title: product?.title ?? title ?? sku,
          vendor: product?.vendor ?? '',
        },
      });
    }
    return this.#variants.get(sku);
  }

  byId(kind, id) {
    const variants = [...this.#variants.values()];
    const list = kind === 'Product' ? variants.map((v) => v.product) : variants;
    return list.find((item) => item.id === id) ?? null;
  }
}
