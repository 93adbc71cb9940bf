-- Made by generate.mjs from tests/shopify/catalogue.json and seed.json; do not edit.

INSERT INTO "Store" ("ID", "Name", "StoreCode", "Country")
  VALUES (1, 'Main store', 'MAIN', 'CR');
INSERT INTO "Configuration" ("StoreID", "StoreName", "WorkOrderDueDays", "NextAutoAccountNumber")
  VALUES (1, 'Main store', 7, 1000);
INSERT INTO "Tax" ("Code", "Description", "Percentage")
  VALUES ('VAT', 'VAT 13 %', 13);
INSERT INTO "ItemTax" ("Code", "Description", "TaxID01", "ShowOnReceipt01")
  VALUES ('TAXED', 'VAT 13 %', (SELECT max("ID") FROM "Tax" WHERE "Code" = 'VAT'), 1);
INSERT INTO "ItemTax" ("Code", "Description")
  VALUES ('EXEMPT', 'No tax');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('MUG-STONE-350', 'Stoneware mug 350 ml', 'Stoneware mug 350 ml', 14.50, 8.70, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'MUG-STONE-350'), '2000012345005');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('MUG-ENAMEL-WHT', 'Enamel mug white', 'Enamel mug white', 11.95, 7.17, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'MUG-ENAMEL-WHT'), '2000012345371');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('PLATE-DIN-27', 'Dinner plate 27 cm', 'Dinner plate 27 cm', 18.00, 10.80, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'PLATE-DIN-27'), '2000012345746');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BOWL-SOUP-16', 'Soup bowl 16 cm', 'Soup bowl 16 cm', 12.40, 7.44, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BOWL-SOUP-16'), '2000012346118');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('POS-GLASS-TUMBLER-4', 'Tumbler glasses, set of 4', 'Tumbler glasses, set of 4', 26.80, 16.08, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-GLASS-TUMBLER-4'), 'GLASS-TUMBLER-4');
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-GLASS-TUMBLER-4'), '2000012346484');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('CARAFE-1L', 'Glass carafe 1 l', 'Glass carafe 1 l', 21.00, 12.60, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'CARAFE-1L'), '2000012346859');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('KNIFE-CHEF-20', 'Chef''s knife 20 cm', 'Chef''s knife 20 cm', 79.00, 47.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'KNIFE-CHEF-20'), '2000012347221');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('KNIFE-PARING-9', 'Paring knife 9 cm', 'Paring knife 9 cm', 24.90, 14.94, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'KNIFE-PARING-9'), '2000012347597');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BOARD-OAK-40', 'Oak cutting board 40 cm', 'Oak cutting board 40 cm', 49.00, 29.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BOARD-OAK-40'), '2000012347962');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('PAN-CAST-26', 'Cast iron pan 26 cm', 'Cast iron pan 26 cm', 64.95, 38.97, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'PAN-CAST-26'), '2000012348334');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('POT-STOCK-5L', 'Stock pot 5 l', 'Stock pot 5 l', 89.90, 53.94, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POT-STOCK-5L'), '2000012348709');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('WHISK-STEEL', 'Steel whisk', 'Steel whisk', 9.75, 5.85, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'WHISK-STEEL'), '2000012349072');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('COFFEE-HOUSE-250', 'House coffee, beans 250 g', 'House coffee, beans 250 g', 9.80, 5.88, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'COFFEE-HOUSE-250'), '2000012349447');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('COFFEE-DECAF-250', 'Decaf coffee, beans 250 g', 'Decaf coffee, beans 250 g', 10.40, 6.24, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'COFFEE-DECAF-250'), '2000012349812');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('POS-TEA-GREEN-100', 'Green tea 100 g', 'Green tea 100 g', 12.25, 7.35, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-TEA-GREEN-100'), 'TEA-GREEN-100');
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-TEA-GREEN-100'), '2000012350184');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('TEA-EARL-100', 'Earl grey tea 100 g', 'Earl grey tea 100 g', 11.60, 6.96, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'TEA-EARL-100'), '2000012350559');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('CHOC-70-100', 'Dark chocolate 70 % 100 g', 'Dark chocolate 70 % 100 g', 4.35, 2.61, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'CHOC-70-100'), '2000012350924');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('HONEY-WILD-500', 'Wildflower honey 500 g', 'Wildflower honey 500 g', 13.90, 8.34, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'HONEY-WILD-500'), '2000012351297');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('OIL-OLIVE-750', 'Olive oil extra virgin 750 ml', 'Olive oil extra virgin 750 ml', 22.50, 13.50, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'OIL-OLIVE-750'), '2000012351662');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('SALT-SEA-200', 'Sea salt flakes 200 g', 'Sea salt flakes 200 g', 6.15, 3.69, 0, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'EXEMPT'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'SALT-SEA-200'), '2000012352034');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('TOWEL-BATH-GRY', 'Bath towel grey', 'Bath towel grey', 27.00, 16.20, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'TOWEL-BATH-GRY'), '2000012352409');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('POS-TOWEL-HAND-GRY', 'Hand towel grey', 'Hand towel grey', 14.00, 8.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-TOWEL-HAND-GRY'), 'TOWEL-HAND-GRY');
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-TOWEL-HAND-GRY'), '2000012352775');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BLANKET-WOOL-130', 'Wool blanket 130 x 180', 'Wool blanket 130 x 180', 119.00, 71.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BLANKET-WOOL-130'), '2000012353147');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('CUSHION-LINEN-50', 'Linen cushion 50 cm', 'Linen cushion 50 cm', 38.50, 23.10, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'CUSHION-LINEN-50'), '2000012353512');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('CANDLE-CEDAR', 'Scented candle cedar', 'Scented candle cedar', 23.00, 13.80, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'CANDLE-CEDAR'), '2000012353888');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('LAMP-DESK-BLK', 'Desk lamp black', 'Desk lamp black', 84.00, 50.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'LAMP-DESK-BLK'), '2000012354250');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BULB-LED-E27', 'LED bulb E27 8 W', 'LED bulb E27 8 W', 5.49, 3.29, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BULB-LED-E27'), '2000012354625');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('NOTEBOOK-A5-DOT', 'Notebook A5 dotted', 'Notebook A5 dotted', 8.90, 5.34, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'NOTEBOOK-A5-DOT'), '2000012354991');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('PEN-GEL-BLU-3', 'Gel pens blue, 3 pieces', 'Gel pens blue, 3 pieces', 6.60, 3.96, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'PEN-GEL-BLU-3'), '2000012355363');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('CARD-BIRTHDAY', 'Birthday card', 'Birthday card', 3.25, 1.95, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'CARD-BIRTHDAY'), '2000012355738');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('PUZZLE-1000-SEA', 'Puzzle 1000 pieces, sea', 'Puzzle 1000 pieces, sea', 19.99, 11.99, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'PUZZLE-1000-SEA'), '2000012356100');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BLOCKS-WOOD-50', 'Wooden blocks, 50 pieces', 'Wooden blocks, 50 pieces', 34.00, 20.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BLOCKS-WOOD-50'), '2000012356476');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('TSHIRT-ORG-M', 'Organic t-shirt M', 'Organic t-shirt M', 25.00, 15.00, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'TSHIRT-ORG-M'), '2000012356841');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('TSHIRT-ORG-L', 'Organic t-shirt L', 'Organic t-shirt L', 25.00, 15.00, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'TSHIRT-ORG-L'), '2000012357213');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('SOCKS-MERINO-42', 'Merino socks 42', 'Merino socks 42', 16.75, 10.05, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'SOCKS-MERINO-42'), '2000012357589');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BAG-TOTE-NAT', 'Tote bag natural', 'Tote bag natural', 12.00, 7.20, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BAG-TOTE-NAT'), '2000012357954');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('SOAP-OLIVE-100', 'Olive soap 100 g', 'Olive soap 100 g', 5.95, 3.57, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'SOAP-OLIVE-100'), '2000012358326');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('BRUSH-DISH-BEECH', 'Dish brush beech', 'Dish brush beech', 7.20, 4.32, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'BRUSH-DISH-BEECH'), '2000012358692');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('CHAIR-FOLD-ASH', 'Folding chair ash', 'Folding chair ash', 149.00, 89.40, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'CHAIR-FOLD-ASH'), '2000012359064');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "WebItem")
  VALUES ('POS-BATTERY-AA-8', 'Batteries AA, 8 pieces', 'Batteries AA, 8 pieces', 9.99, 5.99, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-BATTERY-AA-8'), 'BATTERY-AA-8');
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'POS-BATTERY-AA-8'), '2000012359439');
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "ItemType")
  VALUES ('SHIPPING', 'Shipping', 'Shipping', 0.00, 0.00, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 0, 7);
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "ItemType")
  VALUES ('WEB-MISC', 'Web shop, miscellaneous', 'Web shop, miscellaneous', 0.00, 0.00, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 0, 7);
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity")
  VALUES ('TWIN-1', 'Two items with one code, first', 'Two items with one code, first', 10.00, 6.00, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100);
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity")
  VALUES ('TWIN-1', 'Two items with one code, secon', 'Two items with one code, second', 11.00, 6.60, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100);
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity")
  VALUES ('TWIN-2A', 'Two items with one alias, firs', 'Two items with one alias, first', 12.00, 7.20, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100);
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity")
  VALUES ('TWIN-2B', 'Two items with one alias, seco', 'Two items with one alias, second', 13.00, 7.80, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 100);
INSERT INTO "Item" ("ItemLookupCode", "Description", "ExtendedDescription", "Price", "Cost", "Taxable", "TaxID", "Quantity", "Inactive")
  VALUES ('RETIRED-1', 'No longer sold', 'No longer sold', 5.00, 3.00, 1, (SELECT max("ID") FROM "ItemTax" WHERE "Code" = 'TAXED'), 0, 1);
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'TWIN-2A'), 'TWIN-2');
INSERT INTO "Alias" ("ItemID", "Alias")
  VALUES ((SELECT max("ID") FROM "Item" WHERE "ItemLookupCode" = 'TWIN-2B'), 'TWIN-2');
INSERT INTO "Customer" ("AccountNumber", "FirstName", "LastName", "EmailAddress")
  VALUES ('GUEST', 'Guest', 'Web shop', 'guest@example.com');
INSERT INTO "Customer" ("AccountNumber", "FirstName", "LastName", "EmailAddress")
  VALUES ('COUNTER', 'Counter', 'Sales', 'counter@example.com');
INSERT INTO "Customer" ("AccountNumber", "FirstName", "LastName", "EmailAddress")
  VALUES ('C-1', 'Customer', '1', 'customer1@example.com');
INSERT INTO "Customer" ("AccountNumber", "FirstName", "LastName", "EmailAddress")
  VALUES ('C-2', 'Customer', '2', 'customer2@example.com');
INSERT INTO "Customer" ("AccountNumber", "Company", "FirstName", "LastName", "EmailAddress", "PriceLevel")
  VALUES ('TRADE', 'Trade desk', 'Trade', 'Desk', 'trade@example.com', 1);
INSERT INTO "Customer" ("AccountNumber", "FirstName", "LastName", "EmailAddress")
  VALUES ('TWIN-A', 'Twin', 'First', 'twin@example.com');
INSERT INTO "Customer" ("AccountNumber", "FirstName", "LastName", "EmailAddress")
  VALUES ('TWIN-B', 'Twin', 'Second', 'twin@example.com');
